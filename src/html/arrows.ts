// How executions look: columns of events, and the script that draws what the events say of each other as arrows.

/** The style of a page of executions. */
export const GRAPH_STYLE = `
.graphs>section{display:none}.graphs>section.start,.graphs>section:target{display:block}.graphs>section:target~section.start:not(:target){display:none}
.graphs>section{scroll-margin-top:1rem}.graphs>section:focus{outline:none}
.codes{display:flex;flex-wrap:wrap;gap:.4rem}.codes a{padding:.22rem .65rem;border:1px solid var(--line);border-radius:.4rem;font-size:.9rem;text-decoration:none;color:var(--ink)}
.codes a[aria-current]{border-color:var(--ink);box-shadow:inset 0 0 0 1px var(--ink)}.codes b{font-weight:500;font-size:.86em}
.graph{position:relative;display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr);column-gap:4rem}
.graph h3{margin:.75rem 0 .4rem;font-size:.94rem}.graph ol{list-style:none;margin:0;padding:0}.graph>div>ol{display:grid;row-gap:.45rem}
.graph li{position:relative;padding:.3rem .6rem;background:var(--soft);border-radius:.4rem;font-size:.9rem;line-height:1.4;border-left:3px solid}
.graph .p0 li{border-color:var(--p0)}.graph .p1 li{border-color:var(--p1)}.graph .p2 li{border-color:var(--p2)}.graph .p3 li{border-color:var(--p3)}
.graph li.own{background:none;color:var(--faint);padding-block:0}.own li{margin:.3rem 0}.own summary{font-size:.86rem;cursor:pointer}
.graph .code{display:block;color:var(--faint);font-size:.86rem}
.rf{color:var(--p0)}.fr{color:var(--bad)}.co{color:var(--warn)}.graph span:is(.rf,.fr,.co){font-size:.86rem;white-space:nowrap}
.graph .other{display:block;width:fit-content;margin-top:.2rem;padding:.05rem .5rem;border:1px dashed;border-radius:.4rem;font-size:.86rem}.graph .other::before{content:none}
.graph>svg{position:absolute;inset:0;width:100%;height:100%;pointer-events:none;overflow:visible}
.graph path{fill:none;stroke:currentColor;stroke-width:1.6;opacity:.75}.graph path.fr{stroke-dasharray:2 3}.graph path.co{stroke-dasharray:7 4}
@media(max-width:40rem){.graph{display:block}.graph>svg{display:none}.graph span:is(.rf,.fr,.co){white-space:normal}}
@media print{.graphs>section{display:block}.graph>svg{display:none}}
`;

/** Draws arrows between the events of the execution that is shown, where its columns stand side by side. */
export const ARROW_SCRIPT = `
const NS='http://www.w3.org/2000/svg';
const part=(name,props)=>{const it=document.createElementNS(NS,name);for(const key in props)it.setAttribute(key,props[key]);return it};
const arrows=(graph)=>{
graph.querySelector('svg')?.remove();
const frame=graph.getBoundingClientRect();if(frame.width===0)return;
const svg=part('svg',{'aria-hidden':'true',focusable:'false'}),defs=svg.appendChild(part('defs',{}));
for(const kind of ['rf','fr','co']){const tip=part('marker',{id:'tip-'+kind,viewBox:'0 0 8 8',refX:'7',refY:'4',markerWidth:'7',markerHeight:'7',orient:'auto-start-reverse',class:kind});
tip.append(part('path',{d:'M0 0 8 4 0 8z',fill:'currentColor'}));defs.append(tip)}
const places=new Map();
for(const event of graph.querySelectorAll('[data-e]')){const box=event.getBoundingClientRect();if(box.width>0)places.set(event.dataset.e,box)}
for(const edge of graph.querySelectorAll('[data-to]')){
const kind=edge.className,own=places.get(edge.closest('[data-e]').dataset.e),other=places.get(edge.dataset.to);
if(!own||!other||own===other)continue;
const from=kind==='rf'?other:own,to=kind==='rf'?own:other;
const same=Math.abs(from.left-to.left)<4,left=from.left<to.left;
if(same)continue;
const x1=(left?from.right:from.left)-frame.left,x2=(left?to.left:to.right)-frame.left;
const y1=from.top+Math.min(16,from.height/2)-frame.top,y2=to.top+Math.min(kind==='rf'?12:20,to.height/2)-frame.top,bend=(x2-x1)/2;
svg.append(part('path',{d:'M'+x1+' '+y1+'C'+(x1+bend)+' '+y1+' '+(x2-bend)+' '+y2+' '+x2+' '+y2,class:kind,'marker-end':'url(#tip-'+kind+')'}))}
graph.append(svg)};
const drawAll=()=>{for(const graph of document.querySelectorAll('.graph'))arrows(graph)};
addEventListener('hashchange',drawAll);addEventListener('resize',drawAll);
for(const one of document.querySelectorAll('.graph details'))one.addEventListener('toggle',()=>arrows(one.closest('.graph')));
drawAll();
`;
