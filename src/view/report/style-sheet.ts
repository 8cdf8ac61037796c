/** The report's style sheet: light, dark, narrow, print. Nothing is loaded from elsewhere. */

/** One text, and its hash below: the page's policy allows this style sheet and no other. */
export const STYLE_SHEET = `
:root{color-scheme:light dark;--paper:#fff;--card:#f6f7f9;--ink:#1f2429;--pale:#59636e;--rule:#d3d9df;--hollow:#fbfbfb;
--dim:#eceff2;--tick:#fff;--good:#00694a;--bad:#a83c00;--open:#765000;--odd:#86366a;--expected:#59636e;--accent:#0a5a9c;
--mono:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--card:#1c2026;--ink:#e3e7ec;--pale:#98a3ae;--rule:#363d46;
--hollow:#20252b;--dim:#272d34;--tick:#14171b;--good:#4fc79d;--bad:#ff9a66;--open:#e8b64c;--odd:#e29cc8;
--expected:#98a3ae;--accent:#7cbcf0}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,'Segoe UI','DejaVu Sans',sans-serif}
article{max-width:66rem;margin:0 auto;padding:2.5rem 1.5rem 3rem}
article+article{border-top:1px solid var(--rule)}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .5rem;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:1.05rem;margin:2.75rem 0 .9rem;padding-bottom:.35rem;border-bottom:1px solid var(--rule)}
.kicker{margin:0 0 .4rem;color:var(--pale);font-size:.85rem;letter-spacing:.02em;overflow-wrap:anywhere}
.lead{max-width:44rem;margin:0 0 1.25rem;white-space:pre-line}
.outcome{display:flex;flex-wrap:wrap;gap:.4rem .9rem;align-items:baseline;margin:1.25rem 0 0;padding:.75rem 1rem;
background:var(--card);border-left:4px solid var(--tone);border-radius:0 6px 6px 0}
.outcome b{font-weight:600}
.count{color:var(--tone);font-size:.92rem;white-space:nowrap}
.good{--tone:var(--good)}.bad{--tone:var(--bad)}.open{--tone:var(--open)}.odd{--tone:var(--odd)}
.expected{--tone:var(--expected)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.1rem;margin:0;font-size:.92rem}
dt{color:var(--pale)}dd{margin:0;font-family:var(--mono);font-size:.87rem;overflow-wrap:anywhere;align-self:center}
figure{margin:.6rem 0 0}
.map{overflow-x:auto}
.map svg{display:block;max-width:100%;min-width:46rem;height:auto}
.map:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
ol{list-style:none;margin:0;padding:0}
.step{display:grid;grid-template-columns:2.4rem minmax(0,1fr);padding:1rem 0;border-top:1px solid var(--rule);break-inside:auto;overflow-wrap:anywhere}
.step:first-child{border-top:0;padding-top:0}
.number{color:var(--pale);font-variant-numeric:tabular-nums;font-size:.9rem;line-height:1.75}
.line{display:flex;flex-wrap:wrap;gap:.2rem 1rem;justify-content:space-between;align-items:baseline;break-after:avoid}
.line code{font:600 .92rem/1.6 var(--mono);overflow-wrap:anywhere;min-width:0}
.prompt{color:var(--pale);font-weight:400;user-select:none}
.verdict{color:var(--tone);font-size:.86rem;font-weight:600;white-space:nowrap}
.remark{color:var(--pale);margin:0 0 .35rem;font-size:.92rem;max-width:44rem}
pre{margin:.45rem 0 0;font:.83rem/1.5 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere}
.output{padding:.55rem .8rem;background:var(--card);border-radius:6px}
.log{color:var(--pale);padding-left:.8rem}
.log b{font-weight:400;color:var(--accent)}
.note{display:grid;grid-template-columns:4.7rem minmax(0,1fr);margin:.5rem 0 0;font-size:.92rem;max-width:52rem}
.note b{color:var(--tone,var(--accent))}
.note code{font:.9em/1.6 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere}
details{margin:.4rem 0 0;font-size:.9rem}.note+details{margin-left:4.7rem}
summary{cursor:pointer;color:var(--accent);width:max-content}
.checks{margin:.3rem 0 0;font-size:.85rem}
.checks li{display:grid;grid-template-columns:1.3rem minmax(0,1fr);padding:.12rem 0}
.checks i{font-style:normal;color:var(--tone);font-weight:700}
.checks code{font-family:var(--mono);font-size:.93em}
.values{color:var(--pale)}.costs{display:block;color:var(--pale)}
.scroll{overflow-x:auto;overflow-wrap:normal}
table{border-collapse:collapse;font-size:.9rem;width:100%}
caption{text-align:left;color:var(--pale);padding:0 0 .4rem}
th,td{text-align:left;padding:.35rem .9rem .35rem 0;border-top:1px solid var(--rule);vertical-align:top}
thead th{border-top:0;color:var(--pale);font-weight:500;font-size:.85rem}
tbody th{font-weight:600}
td.bytes,th.bytes{text-align:right;font-family:var(--mono);font-size:.85rem;white-space:nowrap}
td.lost{color:var(--bad)}
footer{margin-top:3rem;color:var(--pale);font-size:.82rem}
@media (max-width:40rem){article{padding:1.5rem 1rem}h1{font-size:1.4rem}.step{grid-template-columns:1.7rem minmax(0,1fr)}
dl,.note{grid-template-columns:1fr;gap:0}.note+details{margin-left:0}dt{margin-top:.35rem}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#f4f5f7;--ink:#000;--pale:#444c54;--rule:#c4cbd2;--hollow:#fff;--dim:#eceff2;
--tick:#fff;--good:#00694a;--bad:#a83c00;--open:#765000;--odd:#86366a;--expected:#444c54;--accent:#0a5a9c}
@page{margin:16mm 14mm}body{font-size:10.5pt}article{padding:0;max-width:none}article+article{break-before:page;border:0}
.map svg{min-width:0}.map{overflow:visible}figure,.outcome,tr,dl{break-inside:avoid}h2{break-after:avoid}
svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}.output{border:1px solid var(--rule);background:none}}
`;

/** As a content security policy names it; a test holds it to the text. */
export const STYLE_SHEET_HASH = 'sha256-09eFTDr1XLwAQg89G0U3SLGzIw4InchBVD5lO1DBJoI=';
