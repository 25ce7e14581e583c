use std::ops::{Add, Sub};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Instant, now};

/// A moment on the calendar, in milliseconds since 1970: what survives in a file and crosses processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wall(u64);

/// The present moment on the calendar.
///
/// It is the system's time, moved by as much as tokio's clock differs from the real one: by nothing in
/// production, by what a test has advanced or held back when it paused the clock.
pub fn wall() -> Wall {
    let tokio = tokio::time::Instant::now().into_std();
    let real = std::time::Instant::now();
    let ahead = tokio.saturating_duration_since(real);
    let behind = real.saturating_duration_since(tokio);
    let system = SystemTime::now();
    Wall::from(system.checked_add(ahead).and_then(|time| time.checked_sub(behind)).unwrap_or(system))
}

impl Wall {
    /// The moment `millis` milliseconds after 1970 began.
    pub const fn from_unix_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970 began.
    pub const fn unix_millis(self) -> u64 {
        self.0
    }

    /// How long until this moment; zero when it has passed.
    pub fn left(self) -> Duration {
        self - wall()
    }

    /// The monotonic moment that corresponds to this one, as far as can be told now.
    pub fn instant(self) -> Instant {
        now() + self.left()
    }
}

impl Add<Duration> for Wall {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(millis))
    }
}

impl Sub for Wall {
    type Output = Duration;

    /// The time from `earlier` to this moment; zero when `earlier` is later.
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl From<SystemTime> for Wall {
    /// Moments before 1970 become 1970.
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

impl From<Wall> for SystemTime {
    fn from(wall: Wall) -> Self {
        UNIX_EPOCH + Duration::from_millis(wall.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_calendar_follows_the_paused_clock() {
        let before = wall();
        tokio::time::advance(Duration::from_secs(3600)).await;
        let passed = wall() - before;
        assert!(passed >= Duration::from_secs(3599) && passed <= Duration::from_secs(3601), "{passed:?}");
    }
}
