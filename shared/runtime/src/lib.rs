//! What every function runs in: settings, envelope, errors, deadline, logs.
