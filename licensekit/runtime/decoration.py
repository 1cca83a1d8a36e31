"""Functions that ask before they begin."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])
InThread = Callable[[Callable[..., object]], Callable[..., Awaitable[object]]]


def preceded(function: F, ask: Callable[..., object], in_thread: InThread = lambda ask: partial(to_thread, ask)) -> F:
    """Return a function, sync or async, whose calls ask first, with the same arguments; a task asks `in_thread`."""

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        ask(*args, **kwargs)
        return function(*args, **kwargs)

    @wraps(function)
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        await in_thread(ask)(*args, **kwargs)
        return await function(*args, **kwargs)

    return cast("F", awaited if iscoroutinefunction(function) else called)
