"""What people state, as records: who, when, until when, and the document behind it. The first is the leavers list."""
