"""PURE: X12 envelopes, readers (837P/I/D, 834) and writers (TA1, 999, 277CA, 837, 834).

From the bytes up: `tokenizer` (segments with number and byte offset) - `envelope` (ISA, GS, ST and what is refused) -
`loops` (a walk through a guide's tables in `guides`) with `elements` (what a segment may hold) - `readers` (typed values:
`claims`, `enrolment`). `events` and `issues` are what comes out besides. `writers` go the other way.

    for event in read_837(stream):           # binary, seekable
        match event:
            case SetHeader(): ...            # an accepted transaction set begins
            case Claim837(): ...             # register it, unless event.refused
            case SetEnd(): ...               # event.accepted, event.issues
            case GroupEnd(): ...             # write_999([event, ...], envelope)
            case InterchangeEnd(): ...       # write_ta1(event, envelope)

What is decided here, so that it need not be asked again:
- A claim or member is yielded only after its whole set was read and accepted. A refused set yields its `SetEnd` alone.
- Faults of segments and elements refuse their set (999). Faults of one claim, such as lines that do not add up, refuse
  that claim (277CA). Wrong trailers are reported, what was read whole stays accepted.
- Version 4010 is refused, group by group. A qualifier that the guide does not know is a note, and is not read.
- Text is UTF-8 where it can be, else Latin-1. Control and direction characters are refused. Digits are ASCII digits.
- Money is at most 99,999,999.99; a segment at most 64 kB; a hundred faults of a set are kept.
"""
