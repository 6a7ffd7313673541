"""What to scan and how to get in: site files, Ansible inventories, CSV lists, OpenSSH client settings, target URIs."""
