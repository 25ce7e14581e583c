use std::fmt::Display;

use gentle_dsl::Mistake;

const SERVICE: &str = "service";

pub(crate) fn not_a_service() -> Mistake {
    let help = "put the attribute on a struct, or on an `async fn` that makes the service";
    Mistake::new("G751", SERVICE, "this is neither a struct nor a function").with_help(help)
}

pub(crate) fn not_a_dependency() -> Mistake {
    let help = "write the service's type, as in `deps = [Cache]`, or its name, as in `deps = [\"cache\"]`";
    Mistake::new("G752", SERVICE, "a dependency is a type or a name in quotes").with_help(help)
}

pub(crate) fn dependency_twice(dependency: impl Display) -> Mistake {
    Mistake::new("G753", SERVICE, format!("`{dependency}` is a dependency already"))
        .with_help("keep one of them")
}

pub(crate) fn generic_service(name: impl Display) -> Mistake {
    let message = format!("`{name}` is generic, and a service is one concrete type");
    let help = "put the attribute on a newtype of one concrete type, as in `struct Users(Store<User>);`";
    Mistake::new("G754", SERVICE, message).with_help(help)
}

pub(crate) fn not_a_newtype(name: impl Display, fields: usize) -> Mistake {
    let message = format!("a tuple struct wraps one service, and `{name}` has {fields} fields");
    let help =
        format!("give the fields names, as in `struct {name} {{ db: Svc<Database> }}`, or wrap one service");
    Mistake::new("G755", SERVICE, message).with_help(help)
}

pub(crate) fn nothing_configured() -> Mistake {
    let help = "mark what is read from it, as in `#[config] settings: Settings`, or remove `env`";
    Mistake::new("G756", SERVICE, "nothing in it is read from the environment").with_help(help)
}

pub(crate) fn constructor_not_async(signature: &str) -> Mistake {
    let message = "a constructor is an async function";
    Mistake::new("G757", SERVICE, message).with_help(format!("write `async {signature}`"))
}

pub(crate) fn constructor_with_self() -> Mistake {
    let help = "write a free function; another service is taken as `name: Svc<T>`";
    Mistake::new("G758", SERVICE, "a constructor has no `self`: there is nothing yet").with_help(help)
}

pub(crate) fn constructor_of_nothing(name: impl Display) -> Mistake {
    let message = format!("`{name}` returns nothing, and a constructor returns what it makes");
    let help = "return the value, or why there is none, as in `-> Result<Pool, PoolError>`";
    Mistake::new("G759", SERVICE, message).with_help(help)
}

pub(crate) fn generic_constructor(name: impl Display) -> Mistake {
    let message = format!("`{name}` is generic, and a service is one concrete type");
    let help = "write an `async fn` for one concrete type that calls the generic one";
    Mistake::new("G760", SERVICE, message).with_help(help)
}

pub(crate) fn injected_by_reference(ty: &str) -> Mistake {
    let message = format!("`{ty}` is a handle already, and is taken by value");
    Mistake::new("G761", SERVICE, message).with_help(format!("write `{ty}`, without the `&`"))
}
