"""Killed at every point and at any moment: nothing acknowledged is lost, nothing happens twice, the round comes to the same end."""

import os
import random
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from tests.crash.invariants import broken
from tests.crash.script import Script
from tests.world import World

KILLS = int(os.environ.get("STUDIOFLOW_KILLS", "2000"))  # fewer for a quick look, more for a long night
FIRST_MS, LONGEST_MS = 20.0, 2000.0
MINUTES = 60  # seconds


def _say(writing: int, place: int) -> None:
    os.write(writing, bytes([place]))


class Killing:
    """A server that forks a child for each life of the script; the parent only counts and looks."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.kills, self.acknowledged = engine, 0, 0
        self.labels: set[str] = set()

    def life(
        self, script: Script, most: int | None, death: Callable[[int], None], arm: Callable[[], None] = lambda: None
    ) -> bool:
        """One child; returns whether it lived to its end."""
        reading, writing = os.pipe()
        self.engine.dispose(close=False)  # a connection is no one's but its opener's
        child = os.fork()
        if child == 0:
            self._live(script, most, writing, arm)
        os.close(writing)
        death(child)
        _, status = os.waitpid(child, 0)
        said = os.read(reading, 65536)
        os.close(reading)
        if said:
            self.acknowledged = said[-1] + 1
        lived = not os.WIFSIGNALED(status)
        assert not lived or os.WEXITSTATUS(status) == 0, "the script failed by itself"
        self.kills += not lived
        return lived

    def _live(self, script: Script, most: int | None, writing: int, arm: Callable[[], None]) -> None:
        status = 1
        try:
            arm()
            script.play(self.acknowledged, lambda place: _say(writing, place), most)
            status = 0
        except BaseException:  # noqa: BLE001  the child says what killed it, whatever it was
            traceback.print_exc()
        finally:
            os._exit(status)

    def check(self, script: Script) -> None:
        """Every acknowledged request is there, exactly once."""
        wanted = {act.id for act in script.acts[: self.acknowledged] if act.do}
        with self.engine.connect() as connection:
            found = (
                connection.execute(text("SELECT id FROM request WHERE id LIKE :name"), {"name": f"{script.name}:%"})
                .scalars()
                .all()
            )
        assert wanted <= set(found)
        assert len(found) == len(set(found))


class Labels:
    """The labelled points of a child's life: before and after each statement, before and after each commit."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.left = engine, 0
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(engine, name, self._passed)  # by the parent: it would cost each child as much as a statement

    def kill_at(self, point: int) -> Callable[[], None]:
        """What makes a child die at the n-th point from now on."""

        def arm() -> None:
            self.left = point
            after = self.engine.dialect.do_commit

            def commit_and_label(connection: Any) -> None:
                after(connection)
                self._passed()

            self.engine.dialect.do_commit = commit_and_label  # type: ignore[method-assign, assignment]

        return arm

    def _passed(self, *_: Any) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def world(any_database: Engine) -> World:
    return World(any_database)


def _undisturbed(world: World, applicants: int) -> dict[str, Any]:
    script = Script(world, "calm", applicants)
    script.play(0, lambda _place: None)
    assert broken(world.engine) == []
    ending = script.ending()
    assert set(ending["outcomes"]) == {"hung"}
    return ending


@pytest.mark.timeout(9 * MINUTES)
def test_killed_at_every_labelled_point_a_round_comes_to_the_same_end(world: World) -> None:
    applicants = 1
    ending = _undisturbed(world, applicants)
    killing, script, labels = Killing(world.engine), Script(world, "points", applicants), Labels(world.engine)
    began = time.perf_counter()
    while killing.acknowledged < len(script.acts):
        point, act = 1, killing.acknowledged
        while killing.acknowledged == act:
            killing.life(script, 1, lambda _child: None, labels.kill_at(point))
            point += 1
        killing.check(script)
        assert point > 1
    print(f"{killing.kills} kills in {time.perf_counter() - began:.1f} s")  # noqa: T201  the figure is the point
    assert broken(world.engine) == []
    assert script.ending() == ending
    assert killing.kills > 150


@pytest.mark.timeout(9 * MINUTES)
def test_killed_at_any_moment_a_round_comes_to_the_same_end(world: World) -> None:
    applicants, chance = 4, random.Random(20250331)
    ending = _undisturbed(world, applicants)
    killing, rounds, began, longest = Killing(world.engine), 0, time.perf_counter(), FIRST_MS

    def death(child: int) -> None:
        time.sleep(chance.random() * longest / 1000)
        os.kill(child, signal.SIGKILL)

    while killing.kills < KILLS:
        rounds += 1
        killing.acknowledged, script = 0, Script(world, f"round{rounds}", applicants)
        while killing.acknowledged < len(script.acts) and killing.kills < KILLS:
            before = killing.acknowledged
            killing.life(script, None, death)
            # One life in five brings something to its end, however fast the machine: so deaths lie all over the round.
            longest = min(longest * (0.9 if killing.acknowledged > before else 1.027), LONGEST_MS)
            if killing.kills % 10 == 0:
                killing.check(script)
        script.play(killing.acknowledged, lambda _place: None)
        assert script.ending() == ending
        assert broken(world.engine) == []
    took = time.perf_counter() - began
    print(f"{killing.kills} kills over {rounds} rounds in {took:.1f} s, {killing.kills / took:.0f} a second")  # noqa: T201  the figure is the point
