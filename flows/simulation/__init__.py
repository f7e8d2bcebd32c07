"""Simulation (模拟): a bureau full of people who act by rates, over whole cycles, on the real engine and a virtual clock."""

from flows.simulation.rates import Rates
from flows.simulation.report import Report
from flows.simulation.running import simulate

__all__ = ["Rates", "Report", "simulate"]
