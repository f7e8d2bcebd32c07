"""The engine (引擎): declares, decides, applies and sweeps; knows no stage and no programme."""
