use std::time::Duration;

/// What one subject took in one case.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) case: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) median: Duration,
    pub(crate) least: Duration,
}

/// A table with ratios, or one object a line.
pub(crate) fn print(figures: &[Figure], json: bool) {
    if !json {
        println!("{:<12} {:<8} {:>10} {:>10} {:>8}", "case", "subject", "median", "least", "ratio");
    }
    for figure in figures {
        let Figure { case, subject, .. } = figure;
        let (median, least) = (millis(figure.median), millis(figure.least));
        if json {
            println!(r#"{{"case": "{case}", "subject": "{subject}", "ms": {median:.2}}}"#);
        } else {
            let own =
                figures.iter().find(|other| other.case == *case).map_or(median, |own| millis(own.median));
            println!("{case:<12} {subject:<8} {median:>7.2} ms {least:>7.2} ms {:>8.2}", median / own);
        }
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
