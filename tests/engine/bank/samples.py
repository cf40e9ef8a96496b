"""The same three days of one account in three formats: two checks, a batch of transfers, a deposit."""

CSV = """Date,Type,Check Number,Reference,Description,Amount,Balance
2026-03-02,Check,1001,,CHECK PAID,-1250.00,48750.00
2026-03-02,ACH,,021000020000001,CLAIMS PAYMENT,"-3,400.50",45349.50
2026-03-02,Deposit,,WIRE 7781,FROM ACME,10000.00,55349.50
2026-03-02,Check,1003,,CHECK PAID,(75.25),55274.25
"""

BAI2 = """01,021000021,ADMIN,260303,0615,1,,,2/
02,ADMIN,021000021,1,260302,,USD,2/
03,0123456789,USD,010,5000000,,,015,5527425,,/
16,475,125000,Z,BR1,1001,CHECK PAID/
16,451,340050,0,021000020000001,,CLAIMS PAYMENT/
16,195,1000000,,WIRE 7781,,FROM ACME/
88,BENEFIT FUND/
16,475,7525,Z,BR4,1003,CHECK PAID/
49,12000000,7/
98,12000000,1,9/
99,12000000,1,11/
"""

_ENTRY = """<Ntry><Amt Ccy="USD">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt>
</BookgDt><AcctSvcrRef>BR{n}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn>
</BkTxCd><NtryDtls>{details}</NtryDtls></Ntry>"""
_BALANCE = """<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="USD">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-02</Dt></Dt></Bal>"""


def camt(entries=None, begin='<?xml version="1.0" encoding="UTF-8"?>', closing="55274.25"):
    """The statement as camt.053.001.02."""
    check = "<TxDtls><Refs><ChqNb>{}</ChqNb></Refs></TxDtls>"
    rows = entries or [
        _ENTRY.format(amount="1250.00", sign="DBIT", n=1, family="ICHQ", sub="CCHQ", details=check.format(1001)),
        _ENTRY.format(
            amount="3400.50",
            sign="DBIT",
            n=2,
            family="ICDT",
            sub="ESCT",
            details="<Btch><MsgId>021000020000001</MsgId><NbOfTxs>3</NbOfTxs></Btch>",
        ),
        _ENTRY.format(
            amount="10000",
            sign="CRDT",
            n=3,
            family="RCDT",
            sub="DMCT",
            details="<TxDtls><Refs><EndToEndId>WIRE 7781</EndToEndId></Refs><RmtInf><Ustrd>FROM ACME</Ustrd></RmtInf></TxDtls>",
        ),
        _ENTRY.format(amount="75.25", sign="DBIT", n=4, family="ICHQ", sub="CCHQ", details=check.format("0001003")),
    ]
    balances = _BALANCE.format(code="OPBD", amount="50000.00") + _BALANCE.format(code="CLBD", amount=closing)
    return (
        f'{begin}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>"
        f"<Stmt><Id>1</Id><Acct><Id><Othr><Id>0123456789</Id></Othr></Id><Ccy>USD</Ccy></Acct>{balances}{''.join(rows)}</Stmt>"
        "</BkToCstmrStmt></Document>"
    )
