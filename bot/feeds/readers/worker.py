"""A process that reads documents, one after the other, and may be killed at any of them.

``python -m bot.feeds.readers.worker MAX_MEMORY SECONDS``; ``readers.Readers`` starts it. It imports
little, so that it is there at once when another has been killed.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from typing import BinaryIO

from bot.feeds.readers.document import parse_document
from bot.feeds.readers.wire import QUESTION, pack_answer
from bot.model import ParseFailed


def serve(questions: BinaryIO, answers: BinaryIO, seconds: int, out_of_memory: bytes) -> None:
    """Answer until there are no more questions, or until memory ran out once."""
    while len(head := questions.read(QUESTION.size)) == QUESTION.size:
        lengths = QUESTION.unpack(head)
        body, *texts = (questions.read(length) for length in lengths)
        # Whoever asked kills this process when time is up. Should that process be gone, nobody
        # does: then the alarm, which is not caught, ends it.
        signal.alarm(seconds)
        try:
            answer = pack_answer(parse_document(body, *(text.decode("utf-8") for text in texts)))
        except MemoryError:
            answer = out_of_memory
        signal.alarm(0)
        answers.write(answer)
        answers.flush()
        if answer is out_of_memory:
            return  # what is left of the heap is of no use for the next document


def main() -> None:
    """Limits first, then questions."""
    max_memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (max_memory, max_memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Packed while there is memory to do it.
    out_of_memory = pack_answer(
        ParseFailed("memory", f"reading it took more than {max_memory >> 20} MB of memory")
    )
    # Answers have a descriptor of their own: what anything prints goes to standard error.
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        try:
            serve(sys.stdin.buffer, answers, seconds, out_of_memory)
        except BrokenPipeError:
            os._exit(0)  # whoever asked is gone


if __name__ == "__main__":
    main()
