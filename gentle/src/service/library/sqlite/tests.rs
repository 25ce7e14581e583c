use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use super::*;
use crate::config::Config;

async fn open(config: SqliteConfig) -> Sqlite {
    let db = Sqlite::new(config);
    db.start(&Context::alone("db")).await.unwrap();
    db
}

async fn memory() -> Sqlite {
    let db = open(SqliteConfig::in_memory()).await;
    db.call(|c| c.execute_batch("create table t (x integer)")).await.unwrap();
    db
}

async fn count(db: &Sqlite) -> u32 {
    db.call(|c| c.query_row("select count(*) from t", [], |row| row.get(0))).await.unwrap()
}

async fn pragma(db: &Sqlite, name: &'static str) -> String {
    let read = move |c: &mut Connection| {
        c.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
    };
    format!("{:?}", db.call(read).await.unwrap())
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("gentle-sqlite-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

thread_local! {
    static END: RefCell<Option<End>> = const { RefCell::new(None) };
}

struct End(Arc<AtomicBool>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn stop_leaves_no_thread_and_closes_the_file() {
    let folder = Folder::new("stop");
    let db = open(SqliteConfig::new(folder.file("a.db"))).await;
    let ended = Arc::new(AtomicBool::new(false));
    let end = End(Arc::clone(&ended));
    db.call(move |c| {
        END.with(|slot| *slot.borrow_mut() = Some(end));
        c.execute_batch("create table t (x)")
    })
    .await
    .unwrap();
    assert!(fs::exists(folder.file("a.db-wal")).unwrap());
    db.stop(&Context::alone("db")).await.unwrap();
    assert!(ended.load(Ordering::SeqCst), "the thread has ended");
    assert!(!fs::exists(folder.file("a.db-wal")).unwrap(), "the last connection takes its log with it");
}

#[tokio::test]
async fn nothing_is_answered_before_start_and_after_stop() {
    let db = Sqlite::new(SqliteConfig::in_memory());
    let cx = Context::alone("db");
    assert!(matches!(db.ping().await, Err(SqliteError::Closed)));
    db.stop(&cx).await.unwrap();
    db.start(&cx).await.unwrap();
    db.ping().await.unwrap();
    db.stop(&cx).await.unwrap();
    assert!(matches!(db.ping().await, Err(SqliteError::Closed)));
    db.start(&cx).await.unwrap();
    db.ping().await.unwrap();
}

#[tokio::test]
async fn a_panic_is_an_error_and_leaves_no_transaction() {
    let db = memory().await;
    let panics = db.call(|c| -> rusqlite::Result<()> {
        c.execute_batch("begin; insert into t values (1)")?;
        panic!("oh no {}", 1)
    });
    assert_eq!(panics.await.unwrap_err().to_string(), "sqlite: the call panicked: oh no 1");
    assert_eq!(count(&db).await, 0);
    db.call(|c| c.execute_batch("begin; insert into t values (1); commit")).await.unwrap();
    assert_eq!(count(&db).await, 1);
}

#[tokio::test]
async fn an_error_of_the_closure_is_returned_unchanged() {
    let db = memory().await;
    let error = db.call(|c| c.execute("insert into nowhere values (1)", [])).await.unwrap_err();
    assert_eq!(error.to_string(), "sqlite: no such table: nowhere");
    assert!(!error.is_busy());
}

#[tokio::test]
async fn a_dropped_call_still_runs_to_its_end() {
    let db = memory().await;
    let (go, gate) = mpsc::channel::<()>();
    let slow = db.call(move |c| {
        gate.recv().unwrap();
        c.execute("insert into t values (1)", [])
    });
    tokio::select! {
        biased;
        _ = slow => panic!("the gate is shut"),
        () = tokio::task::yield_now() => {}
    }
    go.send(()).unwrap();
    assert_eq!(count(&db).await, 1);
}

#[tokio::test]
async fn what_was_asked_before_stop_is_done_before_it_ends() {
    let db = Arc::new(memory().await);
    let (go, gate) = mpsc::channel::<()>();
    let busy = tokio::spawn({
        let db = Arc::clone(&db);
        async move { db.call(move |_| Ok(gate.recv().is_ok())).await }
    });
    let later = tokio::spawn({
        let db = Arc::clone(&db);
        async move { db.call(|c| c.execute("insert into t values (1)", [])).await }
    });
    tokio::task::yield_now().await;
    let cx = Context::alone("db");
    let stop = db.stop(&cx);
    let open = async { go.send(()).unwrap() };
    tokio::join!(stop, open).0.unwrap();
    assert!(busy.await.unwrap().unwrap());
    assert_eq!(later.await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn what_cannot_be_opened_is_named() {
    let folder = Folder::new("open");
    let error = |path: String| async move {
        let db = Sqlite::new(SqliteConfig::new(path));
        let error = db.start(&Context::alone("db")).await.unwrap_err();
        assert!(matches!(db.ping().await, Err(SqliteError::Closed)));
        error.to_string()
    };
    let (missing, text) = (folder.file("no/where.db"), folder.file("text.db"));
    let wanted = format!("sqlite: `{missing}` cannot be opened: unable to open database file: {missing}");
    assert_eq!(error(missing).await, wanted);
    fs::write(&text, "this is a text and no database at all ".repeat(40)).unwrap();
    assert_eq!(
        error(text.clone()).await,
        format!("sqlite: `{text}` cannot be opened: file is not a database")
    );
}

#[tokio::test]
async fn a_lock_that_stays_is_busy() {
    let folder = Folder::new("busy");
    let config = SqliteConfig::new(folder.file("a.db")).busy_timeout(Duration::from_millis(1));
    let (one, other) = (open(config.clone()).await, open(config).await);
    one.call(|c| c.execute_batch("create table t (x); begin immediate")).await.unwrap();
    assert!(other.call(|c| c.execute("insert into t values (1)", [])).await.unwrap_err().is_busy());
    one.call(|c| c.execute_batch("rollback")).await.unwrap();
    assert_eq!(other.call(|c| c.execute("insert into t values (1)", [])).await.unwrap(), 1);
}

#[tokio::test]
async fn the_settings_reach_the_connection() {
    let folder = Folder::new("settings");
    let db = open(SqliteConfig::new(folder.file("a.db"))).await;
    assert_eq!(pragma(&db, "journal_mode").await, "Text(\"wal\")");
    assert_eq!(pragma(&db, "synchronous").await, "Integer(2)");
    assert_eq!(pragma(&db, "busy_timeout").await, "Integer(5000)");
    let config =
        SqliteConfig::new(folder.file("b.db")).journal(Journal::Truncate).synchronous(Synchronous::Normal);
    let db = open(config.busy_timeout(Duration::from_millis(7))).await;
    assert_eq!(pragma(&db, "journal_mode").await, "Text(\"truncate\")");
    assert_eq!(pragma(&db, "synchronous").await, "Integer(1)");
    assert_eq!(pragma(&db, "busy_timeout").await, "Integer(7)");
}

fn read(lines: &str) -> Result<SqliteConfig, String> {
    let config = Config::builder().toml_text("gentle.toml", format!("[service.db]\n{lines}")).load().unwrap();
    SqliteConfig::from_section(&config.service("db", Some("SCORES_DB"))).map_err(|error| error.to_string())
}

#[test]
fn configuration_names_the_file_in_several_ways() {
    for line in ["path = \"a.db\"", "url = \"a.db\"", "url = \"sqlite://a.db\"", "url = \"sqlite:a.db\""] {
        assert_eq!(read(line), Ok(SqliteConfig::new("a.db")), "{line}");
    }
    let all = "path = \"a\"\nbusy_timeout = \"2s\"\njournal = \"memory\"\nsynchronous = \"off\"";
    let wanted = SqliteConfig::new("a").busy_timeout(Duration::from_secs(2));
    assert_eq!(read(all), Ok(wanted.journal(Journal::Memory).synchronous(Synchronous::Off)));
    for (word, journal) in Journal::WORDS.map(|word| (word, Journal::from_word(word))) {
        assert_eq!(journal.word(), word);
    }
    for (word, synchronous) in Synchronous::WORDS.map(|word| (word, Synchronous::from_word(word))) {
        assert_eq!(synchronous.word(), word);
    }
}

#[test]
fn wrong_configuration_says_what_is_wrong() {
    assert_eq!(
        read(""),
        Err("service.db: `url` is missing\n\nhelp: write `url = \"...\"` under `[service.db]` in gentle.toml, or set SCORES_DB_URL".into())
    );
    assert_eq!(
        read("url = \"a\"\npath = \"b\""),
        Err("gentle.toml:3:8: service.db.path: `path` and `url` name the same thing\n\nhelp: keep one of them".into())
    );
    assert_eq!(
        read("url = \"postgres://h/a\""),
        Err("gentle.toml:2:7: service.db.url: this is no database of SQLite\n\nhelp: write `sqlite://scores.db`".into())
    );
    assert!(read("url = \"sqlite://\"").unwrap_err().contains("the file has no name"));
    assert!(read("url = \"a.db?mode=ro\"").unwrap_err().contains("a file has no parameters"));
    let several = read("url = \"a\"\njournal = \"wla\"\nsynchronous = 1\nbusy_timeout = 5").unwrap_err();
    for part in [
        "did you mean `wal`?",
        "service.db.synchronous: unknown word `1`",
        "service.db.busy_timeout: `5` has no unit",
    ] {
        assert!(several.contains(part), "{several}");
    }
}

#[test]
fn a_new_file_is_opened_by_many_at_once() {
    let folder = Folder::new("many");
    for file in 0..50 {
        let config = SqliteConfig::new(folder.file(&file.to_string()));
        let start = std::sync::Barrier::new(4);
        std::thread::scope(|scope| {
            let open = || {
                start.wait();
                config.open().map(drop)
            };
            let opened = [(); 4].map(|()| scope.spawn(open)).map(|thread| thread.join().unwrap());
            assert!(opened.iter().all(Result::is_ok), "{opened:?}");
        });
    }
}
