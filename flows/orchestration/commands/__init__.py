"""The commands (命令): one file a subject; each imports what it needs when it is called, so that help comes at once."""
