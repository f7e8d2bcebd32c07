"""PREFECT AND APSCHEDULER: who looks for due work and when; nothing here decides anything."""
