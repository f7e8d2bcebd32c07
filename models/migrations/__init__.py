"""Migrations (数据库升级): every change of the tables, one file each, in order."""
