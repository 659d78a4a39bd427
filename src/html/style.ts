// One look for the report and the pages: dark and light, desktop, phone and paper.

const COLOURS = `
:root{color-scheme:light dark;--ink:#1d1f21;--paper:#fdfdfb;--soft:#f4f3ef;--faint:#5d6166;--line:#dad8d2;--link:#1c4f8f;
--bad:#a3200d;--badsoft:#fbeae6;--good:#1d6733;--goodsoft:#e8f3ea;--warn:#7a4d00;--warnsoft:#f8efdc;--mark:#fff2c2;
--p0:#2b62a0;--p1:#a8590f;--p2:#6b4aa0;--p3:#1f7a72}
@media(prefers-color-scheme:dark){:root{--ink:#e3e3e0;--paper:#17181a;--soft:#202225;--faint:#a3a6aa;--line:#3a3d42;--link:#8ab8f0;
--bad:#ff9d8c;--badsoft:#3a201c;--good:#8fd6a0;--goodsoft:#1c2f21;--warn:#f0c573;--warnsoft:#352b18;--mark:#433a14;
--p0:#7fb0ea;--p1:#e2a262;--p2:#bba1ea;--p3:#6fcabf}}
`;

const TEXT = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;font:1rem/1.55 system-ui,-apple-system,"Segoe UI","Liberation Sans",sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
main,.top>*,footer{max-width:78rem;margin-inline:auto;padding-inline:1.25rem}
h1{font-size:1.6rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;margin:2rem 0 .35rem}
h2{font-size:1.2rem;line-height:1.3;font-weight:650;margin:2.5rem 0 .75rem}
h3{font-size:1.02rem;font-weight:650;margin:1.75rem 0 .25rem}h4{font-size:.95rem;font-weight:600;margin:1rem 0 .35rem}
p,ul,dl{max-width:46rem;margin:.5rem 0}ul{padding-left:1.25rem}
a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:.06em}
code,pre,kbd,.mono{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em}
pre{line-height:1.5;overflow-wrap:normal}
.faint,figcaption,caption,footer,.lead small{color:var(--faint)}
.lead{font-size:1.05rem}
.bad,.violated{color:var(--bad)}.good,.closes,.holds,.confirmed{color:var(--good)}.warn,.bounded,.refused,.undecided{color:var(--warn)}.refuted{color:var(--bad)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
dt{font-weight:600;margin-top:.6rem}dd{margin:0 0 .5rem 1.25rem}
blockquote{margin:.25rem 0 1rem;padding-left:1rem;border-left:3px solid var(--line)}figure{margin:1rem 0}
footer{margin-top:4rem;padding-block:1.25rem 2rem;border-top:1px solid var(--line);font-size:.86rem}footer p{max-width:none}
`;

const PARTS = `
.top{border-bottom:1px solid var(--line);background:var(--soft)}
.top>nav{display:flex;flex-wrap:wrap;gap:.1rem 1.4rem;align-items:baseline;padding-block:.6rem}
.top a{text-decoration:none;color:var(--ink);padding-block:.2rem}.top a:hover,.top a[aria-current]{color:var(--link)}.top a:first-child{font-weight:700;letter-spacing:-.01em}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.5rem}
.crumbs{font-size:.86rem;color:var(--faint);margin:1.25rem 0 -1.4rem}
.tag{display:inline-block;font-size:.8rem;line-height:1.3;padding:.12rem .5rem;border-radius:1rem;background:var(--soft);color:var(--faint);white-space:nowrap}
.tag.violated,.tag.bad,.tag.refuted,.tag.opened,.tag.re-opened{background:var(--badsoft);color:var(--bad)}.tag.holds,.tag.good,.tag.confirmed,.tag.closed{background:var(--goodsoft);color:var(--good)}
.tag.bounded,.tag.refused,.tag.warn,.tag.undecided,.tag.exposed{background:var(--warnsoft);color:var(--warn)}
.scroll{overflow-x:auto}table{border-collapse:collapse;margin:.5rem 0}caption{text-align:left;padding-bottom:.35rem;font-size:.9rem}
th,td{border-bottom:1px solid var(--line);padding:.28rem .7rem .28rem 0;text-align:left;vertical-align:top}th{font-weight:600}thead th{font-size:.86rem;color:var(--faint)}
th,td{overflow-wrap:break-word}td:first-child{white-space:nowrap}.stack{min-width:44rem;font-size:.94rem}td.number{text-align:right;font-variant-numeric:tabular-nums}
button,.button{font:inherit;font-size:.9rem;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:.4rem;padding:.3rem .7rem;cursor:pointer}
button:hover{border-color:var(--link)}button[aria-disabled=true]{color:var(--faint);background:var(--soft);border-color:var(--line);cursor:default}
input[type=search],select{font:inherit;font-size:.95rem;color:var(--ink);background:var(--paper);border:1px solid var(--faint);border-radius:.4rem;padding:.35rem .6rem;max-width:100%}
`;

const SCHEDULE = `
fieldset{border:0;padding:0;margin:.75rem 0 1.5rem;min-width:0}legend{font-size:.86rem;color:var(--faint);padding:0;margin-bottom:.4rem}
fieldset>input{position:absolute;opacity:0;pointer-events:none}
fieldset>input+label{display:inline-block;margin:0 .4rem .45rem 0;padding:.22rem .65rem;border:1px solid var(--line);border-radius:.4rem;font-size:.9rem;cursor:pointer;background:var(--paper)}
fieldset>input+label b{font-weight:500;font-size:.86em}fieldset>input+label:hover{border-color:var(--faint)}
fieldset>input:checked+label{border-color:var(--ink);box-shadow:inset 0 0 0 1px var(--ink)}
fieldset>input:focus-visible+label{outline:3px solid var(--link);outline-offset:2px}
.panels>section{display:none}.panels>section:target{display:block}
.schedule{width:100%;table-layout:fixed;font-size:.92rem;line-height:1.4;margin:.25rem 0}
.schedule th:first-child{width:2.4rem;font-weight:400;color:var(--faint);font-variant-numeric:tabular-nums}
.schedule thead th{border-bottom:2px solid var(--line);color:var(--ink)}.schedule thead th small{font-weight:400;color:var(--faint);font-size:1em}
.schedule td,.schedule thead th{padding-left:.7rem}.schedule td{white-space:normal;overflow-wrap:anywhere}
.schedule td.p0:not(:empty),.schedule th.p0{box-shadow:inset 3px 0 var(--p0)}.schedule td.p1:not(:empty),.schedule th.p1{box-shadow:inset 3px 0 var(--p1)}
.schedule td.p2:not(:empty),.schedule th.p2{box-shadow:inset 3px 0 var(--p2)}.schedule td.p3:not(:empty),.schedule th.p3{box-shadow:inset 3px 0 var(--p3)}
.schedule .code{display:block;color:var(--faint);font-size:.86rem}.schedule .state{color:var(--faint)}
.schedule .state code{color:var(--ink)}.schedule .who{display:none}
.schedule tr[aria-current]{background:var(--mark)}.schedule tr[aria-current] .code,.schedule tr[aria-current] .state,.schedule tr[aria-current] th{color:var(--ink)}
.schedule .minor{display:none}.all-steps .schedule .minor,.walk:has(>.all :checked) .schedule .minor{display:table-row}.schedule .minor td{color:var(--faint)}
.stepping .schedule tbody tr{cursor:pointer}
.other{display:block;width:100%;text-align:left;border-style:dashed;background:none;color:var(--faint);padding:.12rem .5rem;font-size:.86rem;line-height:1.35}
.other::before{content:"instead: ";opacity:.8}.schedule td:has(>.other):not(:has(>.event)){box-shadow:none}
.outcome{max-width:none;padding:.5rem .8rem;border-radius:.4rem;border-left:4px solid}
.outcome.violated{background:var(--badsoft);border-color:var(--bad)}.outcome.holds{background:var(--goodsoft);border-color:var(--good)}.outcome.open{background:var(--warnsoft);border-color:var(--warn)}
.steps,.also{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center;margin:.6rem 0;font-size:.9rem}
.all{font-size:.9rem}.steps output{min-width:7.5rem;text-align:center;font-variant-numeric:tabular-nums}.also{gap:.2rem 1.2rem;margin:0 0 .5rem}.also button{font-size:.86rem;padding:.1rem .6rem}
.now{font-size:.9rem}.now table{width:100%;margin:.25rem 0 1rem}.now td,.now th{padding:.1rem .6rem .1rem 0;font-weight:400}.now caption{color:var(--faint);font-size:.86rem}.now .title{font-weight:600;margin:.2rem 0}.now table+.title{margin-top:1.2rem}.now tr.changed{background:var(--mark)}
.source{margin:.25rem 0;padding:.5rem .6rem;background:var(--soft);border-radius:.4rem;white-space:pre-wrap;font-size:.78rem;line-height:1.5;tab-size:3}
.source>span{display:block;padding-left:5.5em;text-indent:-5.5em;min-height:1.5em}.source .here{background:var(--mark);margin-inline:-.6rem;padding-inline:calc(.6rem + 5.5em) .6rem}.source .n{color:var(--faint);user-select:none}
@media(min-width:64rem){.stepping{display:grid;grid-template-columns:minmax(0,1fr) 25rem;column-gap:2rem}.stepping>*{grid-column:1}
.stepping>.now{grid-column:2;grid-row:1/span 99}.now>div{position:sticky;top:1rem}.stepping .schedule .state,.stepping .schedule .far{display:none}}
@media(max-width:40rem){h1{font-size:1.35rem}.stack{min-width:0}.stack thead{display:none}.stack,.stack tbody,.stack tr,.stack td{display:block;white-space:normal}.stack tr{padding:.5rem 0;border-bottom:1px solid var(--line)}.stack td{border:0;padding:.1rem 0}
.stack td:empty{display:none}.stack td[data-head]::before{content:attr(data-head) ": ";color:var(--faint);font-size:.86rem}
main,.top>*,footer{padding-inline:1rem}
.schedule thead{display:none}.schedule,.schedule tbody{display:block}.schedule tr{display:grid;grid-template-columns:1.9rem 1fr;border-bottom:1px solid var(--line);padding:.35rem 0}
.all-steps .schedule .minor,.walk:has(>.all :checked) .schedule .minor{display:grid}.schedule td,.schedule th{border:0;padding:0 0 0 .6rem;grid-column:2}.schedule th:first-child{grid-column:1;grid-row:1;width:auto;padding:0}
.schedule td:empty{display:none}.schedule .who{display:inline;font-size:.8rem;color:var(--faint)}.schedule td.p1:not(:empty){margin-left:1rem}.schedule td.p2:not(:empty){margin-left:2rem}
.schedule .state{font-size:.86rem}.steps{position:sticky;bottom:0;background:var(--paper);padding:.5rem 0;border-top:1px solid var(--line);margin-bottom:0;z-index:1;order:9;justify-content:space-between}.stepping .schedule .far{display:none}.steps output{min-width:0}.steps button:first-of-type,.steps button:last-of-type{display:none}
.stepping{display:flex;flex-direction:column}}
@media print{.panels>section{display:block}.minor{display:table-row}fieldset>input+label,.steps,.top{display:none}}
`;

/** Returns the style, with one rule for each of the `versions` that a radio button may show; `more` is that of one kind of page. */
export function styleOf(versions: number, more = ''): string {
  const rules = Array.from(
    { length: versions },
    (_, index) =>
      `fieldset>input:nth-of-type(${index + 1}):checked~.panels>section:nth-of-type(${index + 1}){display:block}`,
  );
  return `${COLOURS}${TEXT}${PARTS}${SCHEDULE}${more}${rules.join('\n')}\n`;
}
