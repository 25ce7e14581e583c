use std::fmt::{self, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

use crate::time;

const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// In UTC: `14:03:07.251  WARN try again in 500ms  attempt=2  call{player=7}  scores::read`: what happened stands first,
/// always in the same column, and what it belongs to behind it, dimmed.
pub(super) struct Pretty;

impl<S, N> FormatEvent<S, N> for Pretty
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let ink = Ink { ansi: out.has_ansi_escapes() };
        let mut said = Said::default();
        event.record(&mut said);
        ink.dimmed(&mut out, &time_of_day(time::wall()))?;
        write!(out, " {} {}", ink.level(*event.metadata().level()), said.message)?;
        if !said.fields.is_empty() {
            out.write_str("  ")?;
            ink.dimmed(&mut out, &said.fields)?;
        }
        ink.dimmed(&mut out, &format!("{}  {}", spans(context)?, event.metadata().target()))?;
        writeln!(out)
    }
}

/// The spans around the event, outermost first.
fn spans<S, N>(context: &FmtContext<'_, S, N>) -> Result<String, fmt::Error>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    let mut text = String::new();
    for span in context.event_scope().into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
        let gap = if text.is_empty() { "  " } else { ":" };
        write!(text, "{gap}{}", span.name())?;
        let extensions = span.extensions();
        if let Some(fields) = extensions.get::<FormattedFields<N>>().filter(|fields| !fields.is_empty()) {
            write!(text, "{{{fields}}}")?;
        }
    }
    Ok(text)
}

fn time_of_day(now: time::Wall) -> String {
    let (seconds, millis) = (now.unix_millis() / 1000 % 86_400, now.unix_millis() % 1000);
    format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

struct Ink {
    ansi: bool,
}

impl Ink {
    fn dimmed(&self, out: &mut Writer<'_>, text: &str) -> fmt::Result {
        if self.ansi { write!(out, "{DIM}{text}{RESET}") } else { out.write_str(text) }
    }

    fn level(&self, level: Level) -> String {
        let (word, colour) = match level {
            Level::ERROR => ("ERROR", "\x1b[1;31m"),
            Level::WARN => (" WARN", "\x1b[33m"),
            Level::INFO => (" INFO", "\x1b[32m"),
            Level::DEBUG => ("DEBUG", "\x1b[34m"),
            Level::TRACE => ("TRACE", "\x1b[35m"),
        };
        if self.ansi { format!("{colour}{word}{RESET}") } else { word.to_owned() }
    }
}

/// The message of an event, and its other fields as `name=value`.
#[derive(Default)]
struct Said {
    message: String,
    fields: String,
}

impl Said {
    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if field.name() == "message" {
            self.message = value.to_string();
            return;
        }
        let gap = if self.fields.is_empty() { "" } else { " " };
        // Writing to a `String` cannot fail.
        let _ = write!(self.fields, "{gap}{}={value}", field.name());
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }
}
