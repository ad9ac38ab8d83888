//! Trusted hosts, Entra credentials and the one constructor of HTTP clients.
