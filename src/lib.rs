//! Personalization that runs on the shopper's own device.
