"""What an organization's admins do with all of their data at once: watch, take out, erase."""
