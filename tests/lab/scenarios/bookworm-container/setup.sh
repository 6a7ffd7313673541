# As Debian installs it, and a container that says so.
