use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::OnceLock;

/// What a policy can be kept separately for: `&str`, `&u64`, `&TenantId`, and up to four of such together, `(&user, &lang)`.
///
/// A reference to everything that is `Eq`, `Hash` and `Clone` (or `ToOwned`, as `str` is), and whose owned form can be kept by
/// all threads. It is only looked at to find what is there; a copy is made when it comes for the first time. Two keys are the
/// same when their owned forms are of one type and equal.
///
/// # Examples
///
/// ```
/// use gentle::policy::Policies;
///
/// #[derive(Clone, PartialEq, Eq, Hash)]
/// struct Tenant(u64);
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let once = Policies::parse(r#"rate_limit = "1/h reject each key""#)?;
/// let call = || async { Ok::<_, gentle::Rejected>(()) };
/// once.each(&Tenant(1)).call(call).await?;
/// once.each(&Tenant(2)).call(call).await?;
/// once.each("tenant").call(call).await?;
/// once.each((&1, "fr")).call(call).await?;
/// assert!(once.each(&Tenant(1)).call(call).await.is_err());
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "gentle: `{Self}` cannot be a key [G070]",
    label = "a key is hashed, compared and kept",
    note = "help: derive `Clone, PartialEq, Eq, Hash` for its type, or take a part of it as the key: `each (order.id)`"
)]
pub trait PolicyKey: Copy + Hash {
    /// What is kept of it.
    type Owned: Send + Sync + 'static;

    /// Whether this is the key that was kept.
    fn is(self, kept: &Self::Owned) -> bool;

    /// What is kept when it comes for the first time.
    fn keep(self) -> Self::Owned;

    /// Whether two that are kept are the same.
    fn same(one: &Self::Owned, other: &Self::Owned) -> bool;
}

#[diagnostic::do_not_recommend]
impl<Q> PolicyKey for &Q
where
    Q: ?Sized + Hash + Eq + ToOwned,
    Q::Owned: Send + Sync + 'static,
{
    type Owned = Q::Owned;

    #[inline]
    fn is(self, kept: &Q::Owned) -> bool {
        kept.borrow() == self
    }

    fn keep(self) -> Q::Owned {
        self.to_owned()
    }

    fn same(one: &Q::Owned, other: &Q::Owned) -> bool {
        one.borrow() == other.borrow()
    }
}

macro_rules! together {
    ($($key:ident $at:tt),+) => {
        #[diagnostic::do_not_recommend]
        impl<$($key: PolicyKey),+> PolicyKey for ($($key,)+) {
            type Owned = ($($key::Owned,)+);

            #[inline]
            fn is(self, kept: &Self::Owned) -> bool {
                $(self.$at.is(&kept.$at))&&+
            }

            fn keep(self) -> Self::Owned {
                ($(self.$at.keep(),)+)
            }

            fn same(one: &Self::Owned, other: &Self::Owned) -> bool {
                $($key::same(&one.$at, &other.$at))&&+
            }
        }
    };
}

together!(A 0, B 1);
together!(A 0, B 1, C 2);
together!(A 0, B 1, C 2, D 3);

/// The hash by which a key is found. Nobody outside of the process can choose keys that fall together.
#[inline]
pub(crate) fn hash(key: impl PolicyKey) -> u64 {
    static SEED: OnceLock<RandomState> = OnceLock::new();
    SEED.get_or_init(RandomState::new).hash_one(key)
}
