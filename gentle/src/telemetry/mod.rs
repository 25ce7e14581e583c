//! Telemetry: logs, and what each part shows of itself.
