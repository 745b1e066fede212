//! The time as the clock on the wall shows it.

/// Returns a time, in seconds since 1970, as a date and a time of day.
#[must_use]
pub fn date(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    time.map_or_else(|| "?".to_owned(), |time| told(time, "%Y-%m-%d %H:%M:%S"))
}

/// Returns the time of day now.
#[must_use]
pub fn now() -> String {
    told(jiff::Timestamp::now(), "%H:%M:%S")
}

fn told(time: jiff::Timestamp, format: &str) -> String {
    time.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime(format).to_string()
}
