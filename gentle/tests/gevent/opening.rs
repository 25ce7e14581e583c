use std::path::PathBuf;

use gentle::error::Kind;
use gentle::event::backend;
use rusqlite::Connection;

use crate::world::{Place, World};

/// A folder with nothing in it yet.
async fn folder() -> (World, PathBuf) {
    let world = World::new(Place::Local, Vec::new()).await;
    let folder = world.folder();
    (world, folder)
}

async fn refusal(path: &std::path::Path) -> String {
    let error = backend::open(&format!("sqlite://{}", path.display())).await.err().unwrap();
    assert_eq!(error.kind(), Kind::Store);
    assert!(std::error::Error::source(&error).is_none(), "its text is told already");
    error.to_string()
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_says_why() {
    let (_world, folder) = folder().await;
    let (nowhere, inside) = (folder.join("nowhere"), folder.join("nowhere/x.db"));
    let text = refusal(&inside).await;
    let (inside, nowhere) = (inside.display(), nowhere.display());
    assert_eq!(
        text,
        format!("the event file `{inside}` cannot be opened: the folder `{nowhere}` does not exist")
    );
    let text = refusal(&folder).await;
    assert_eq!(text, format!("the event file `{}` cannot be opened: it is a folder", folder.display()));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let (_world, folder) = folder().await;
    let path = folder.join("bad.db");
    std::fs::write(&path, "this is a text and no database\n".repeat(99)).unwrap();
    let text = refusal(&path).await;
    assert_eq!(
        text,
        format!("`{}` is not a SQLite file; choose another path in `event.url`", path.display())
    );
}

#[tokio::test]
async fn a_file_of_a_newer_version_says_what_to_do() {
    let (_world, folder) = folder().await;
    let path = folder.join("new.db");
    let newer = "CREATE TABLE gentle_schema (version INTEGER NOT NULL); INSERT INTO gentle_schema VALUES (9)";
    Connection::open(&path).unwrap().execute_batch(newer).unwrap();
    let text = refusal(&path).await;
    assert_eq!(
        text,
        format!(
            "the event file `{}` has version 9; this program knows 1\n\
             help: it was written by a newer gentle: update this program, or use another file",
            path.display()
        )
    );
}
