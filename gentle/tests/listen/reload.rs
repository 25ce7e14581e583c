use std::fs;
use std::path::PathBuf;

use gentle::policy::Key;
use gentle::service::{Context, Definition, Service};
use gentle::{App, here};
use tokio::time::sleep;

use super::*;

struct Idle;

impl Service for Idle {
    async fn run(&self, cx: &Context) -> gentle::service::Result {
        cx.stopping().await;
        Ok(())
    }
}

/// A folder of a test's own, with its `gentle.toml`.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, text: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("gentle-reload-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let folder = Self(folder);
        folder.write(text);
        folder
    }

    fn file(&self) -> PathBuf {
        self.0.join("gentle.toml")
    }

    fn write(&self, text: &str) {
        fs::write(self.file(), text).unwrap();
    }

    fn app(&self, policies: &'static Policies) -> gentle::AppBuilder {
        App::builder()
            .define(Definition::value("idle", here!(), Idle))
            .policies(policies)
            .toml_file(self.file())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// As long as it takes for a change to be seen.
async fn a_while() {
    sleep(Duration::from_secs(5)).await;
}

fn text(app: &App, key: Key) -> (String, Option<String>) {
    let listed = app.policies().list().remove(0);
    let policy = listed.policy(key).unwrap();
    let file = |origin: &String| origin.rsplit('/').next().unwrap_or_default().to_owned();
    (policy.text.clone(), policy.from.as_ref().map(file))
}

#[tokio::test(start_paused = true)]
async fn a_change_takes_effect_and_a_removed_key_is_again_what_the_code_wrote() {
    static PAY: Policies = gentle::policies!(name = "pay", bulkhead = "16", retry = "3 attempts");
    let told = listen();
    let folder = Folder::new("change", "[policy.pay]\nbulkhead = \"8\"\n");
    let app = folder.app(&PAY).watch().build().unwrap();
    app.start().await.unwrap();
    assert_eq!(text(&app, Key::Bulkhead), ("8, reject".to_owned(), Some("gentle.toml:2:12".to_owned())));

    folder.write("# more of them\n[policy.pay]\nbulkhead = \"32\"\nretry = \"5 attempts\"\n");
    a_while().await;
    assert_eq!(text(&app, Key::Bulkhead), ("32, reject".to_owned(), Some("gentle.toml:3:12".to_owned())));
    assert_eq!(text(&app, Key::Retry).1.as_deref(), Some("gentle.toml:4:9"));

    folder.write("[policy.pay]\nretry = \"5 attempts\"\n");
    a_while().await;
    assert_eq!(text(&app, Key::Bulkhead), ("16, reject".to_owned(), None));
    assert_eq!(text(&app, Key::Retry).1.as_deref(), Some("gentle.toml:2:9"), "the same text, somewhere else");

    let told = told.take();
    let at = |what: &str| {
        told.iter().position(|line| line.contains(what)).unwrap_or_else(|| panic!("{what}: {told:#?}"))
    };
    assert!(
        at("bulkhead is now `32, reject`, from ") < at("bulkhead is again what the code wrote, `16, reject`")
    );
    app.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_mistake_changes_nothing_and_is_logged_with_its_place() {
    static PAY: Policies = gentle::policies!(name = "pay", bulkhead = "16", retry = "3 attempts");
    let told = listen();
    let folder = Folder::new("mistake", "[policy.pay]\nbulkhead = \"8\"\n");
    let app = folder.app(&PAY).watch().build().unwrap();
    app.start().await.unwrap();
    for (wrong, says) in [
        ("[policy.pay]\nbulkhead = \"4\"\nretry = \"5\"\n", "gentle.toml:3:10: retry: 5 what? [G301]"),
        ("[policy.pay]\nbulkhead = \"4\"\n[policy.pai]\n", "did you mean `pay`?"),
        ("[policy.pay]\nbulkhead = \"4\"\ntimeout = \"1s\"\n", "the code gives this policy no `timeout`"),
        ("[policy.pay\nbulkhead = 4", "this is not TOML"),
    ] {
        folder.write(wrong);
        a_while().await;
        assert_eq!(text(&app, Key::Bulkhead).0, "8, reject", "{wrong}");
        let told = told.take();
        assert_eq!(
            told.iter().filter(|line| line.contains("policies stay as they are")).count(),
            1,
            "{told:#?}"
        );
        assert!(told.concat().contains(says), "{says}: {told:#?}");
    }
    folder.write("[policy.pay]\nbulkhead = \"4\"\n");
    a_while().await;
    assert_eq!(text(&app, Key::Bulkhead).0, "4, reject");
    fs::remove_file(folder.file()).unwrap();
    a_while().await;
    assert_eq!(text(&app, Key::Bulkhead).0, "4, reject", "a file that was named must be there");
    app.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_set_by_hand_stays_until_the_file_says_something_else_about_it() {
    static PAY: Policies = gentle::policies!(name = "pay", bulkhead = "16", retry = "3 attempts");
    let folder = Folder::new("by-hand", "[app]\nwatch = true\n[policy.pay]\nbulkhead = \"8\"\n");
    let app = folder.app(&PAY).build().unwrap();
    app.start().await.unwrap();
    app.policies().set("pay", Key::Bulkhead, "9").unwrap();
    folder.write("[app]\nwatch = true\n[policy.pay]\nbulkhead = \"8\"\nretry = \"4 attempts\"\n");
    a_while().await;
    assert_eq!(
        text(&app, Key::Bulkhead),
        ("9, reject".to_owned(), Some("a change while it runs".to_owned()))
    );
    assert_eq!(text(&app, Key::Retry).1.as_deref(), Some("gentle.toml:5:9"));
    folder.write("[app]\nwatch = true\n[policy.pay]\nbulkhead = \"10\"\n");
    a_while().await;
    assert_eq!(text(&app, Key::Bulkhead), ("10, reject".to_owned(), Some("gentle.toml:4:12".to_owned())));
    app.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_file_is_left_alone_unless_somebody_asks_and_when_the_app_is_down() {
    static PAY: Policies = gentle::policies!(name = "pay", bulkhead = "16");
    let folder = Folder::new("alone", "[policy.pay]\nbulkhead = \"8\"\n");
    let app = folder.app(&PAY).build().unwrap();
    app.start().await.unwrap();
    folder.write("[policy.pay]\nbulkhead = \"40\"\n");
    a_while().await;
    assert_eq!(text(&app, Key::Bulkhead).0, "8, reject");
    app.stop().await.unwrap();

    let app = folder.app(&PAY).watch().build().unwrap();
    app.start().await.unwrap();
    app.stop().await.unwrap();
    folder.write("[policy.pay]\nbulkhead = \"9\"\n");
    a_while().await;
    assert_eq!(text(&app, Key::Bulkhead).0, "40, reject");
    app.start().await.unwrap();
    a_while().await;
    assert_eq!(
        text(&app, Key::Bulkhead).0,
        "9, reject",
        "what has changed meanwhile counts when it is up again"
    );
    app.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_else_has_changed_is_told_and_waits_for_the_next_start() {
    static PAY: Policies = gentle::policies!(name = "pay", bulkhead = "16");
    let told = listen();
    let folder = Folder::new("else", "[app]\nname = \"one\"\n");
    let app = folder.app(&PAY).watch().build().unwrap();
    app.start().await.unwrap();
    folder.write("[app]\nname = \"another\"\n");
    a_while().await;
    assert_eq!(app.name(), "one");
    assert!(told.take().iter().any(|line| line.ends_with("in force from the next start on: app.name")));
    app.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn configuration_switches_measuring_on() {
    static PAY: Policies = gentle::policies!(name = "pay", bulkhead = "16");
    let folder = Folder::new("measure", "[app]\nmeasure = true\n");
    let app = folder.app(&PAY).measure(false).build().unwrap();
    PAY.call(|| async { Ok::<_, Failure>(7) }).await.unwrap();
    assert_eq!(app.policies().numbers("pay").unwrap().latency.unwrap().count, 1);
}
