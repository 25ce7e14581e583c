use std::io;

use tracing::level_filters::LevelFilter;

use super::*;

#[derive(Clone)]
struct Lines(Told);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.0.lock().unwrap().push(String::from_utf8_lossy(bytes).trim().to_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn there_is_no_span_where_nobody_listens_to_it() {
    let told = Told::default();
    let lines = Lines(told.clone());
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::INFO)
        .with_writer(move || lines.clone())
        .with_ansi(false)
        .without_time()
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let logs = || async {
        tracing::info!("asking");
        Err::<u32, _>(Failure::Inner)
    };
    assert!(policies(r#"retry = "now, 2 attempts""#).call(logs).await.is_err());
    assert_eq!(told.take(), ["INFO observe::unheard: asking"; 2]);
}
