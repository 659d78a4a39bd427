// The script of schedules. Without it every schedule is there to read; it adds buttons and arrow keys that step through the rows, and
// beside them the state after the step and the source. It makes elements and sets their text, and never reads text as HTML.

/** Steps through every schedule on the page. Defines `steppers`: section -> what steps through it. */
export const STEP_SCRIPT = `
const make=(name,text,props={})=>{const it=document.createElement(name);if(text!==undefined)it.textContent=text;for(const key in props)it.setAttribute(key,props[key]);return it};
const windows=JSON.parse(document.getElementById('sources')?.textContent??'[]');
const steppers=new Map();
const stepper=(section)=>{
const box=section.querySelector('.box'),table=box.querySelector('table');
const bar=make('div',undefined,{class:'steps',role:'group','aria-label':'steps'});
const said=make('output','',{'aria-live':'polite'});
const now=make('div',undefined,{class:'now'}),inner=now.appendChild(make('div'));
let at=-1;
const shown=()=>[...table.tBodies[0].rows].filter((row)=>row.offsetParent!==null||row.getClientRects().length>0);
const buttons=[['first','\\u21e4',()=>go(-1)],['previous','\\u2190',()=>go(at-1)],['next','\\u2192',()=>go(at+1)],['last','\\u21e5',()=>go(1e9)]].map(([words,sign,act])=>{
const button=make('button',words==='first'||words==='last'?sign:words==='next'?'next '+sign:sign+' previous',{type:'button','aria-label':words==='first'?'to the start':words+' step'});
button.addEventListener('click',act);return button});
bar.append(buttons[0],buttons[1],said,buttons[2],buttons[3]);
const label=section.querySelector('.all')??make('label',undefined,{class:'all'});
label.replaceChildren(make('input',undefined,{type:'checkbox'}),' all steps');const every=label.firstChild;every.addEventListener('change',()=>{const row=current();section.classList.toggle('all-steps',every.checked);renumber();
const rows=shown();show(row?rows.findIndex((other)=>other===row||other.compareDocumentPosition(row)&Node.DOCUMENT_POSITION_PRECEDING):-1)});
const current=()=>table.querySelector('tr[aria-current]');
const renumber=()=>{const count=[...table.tBodies[0].rows].filter((row)=>row.classList.contains('minor')).length;
label.hidden=count===0;label.lastChild.data=' all steps ('+count+' more)';shown().forEach((row,index)=>{row.cells[0].textContent=index+1})};
const show=(index)=>{
const rows=shown();at=Math.max(-1,Math.min(rows.length-1,index));
current()?.removeAttribute('aria-current');
const row=rows[at];row?.setAttribute('aria-current','step');
said.textContent=row?'step '+(at+1)+' of '+rows.length:'before step 1 of '+rows.length;
buttons.forEach((button,k)=>button.setAttribute('aria-disabled',k<2?at<0:at>=rows.length-1));
state(row);
if(row){const place=row.getBoundingClientRect(),low=innerHeight-(bar.getBoundingClientRect().height+8);
if(place.top<0||place.bottom>low)row.scrollIntoView({block:'center'})}
section.dispatchEvent(new CustomEvent('step',{detail:at}))};
const go=(index)=>{show(index)};
const state=(row)=>{
const cells=new Map(JSON.parse(table.dataset.cells));const old=new Map(cells);
if(row)for(const other of table.tBodies[0].rows){if(other.dataset.cell!==undefined)cells.set(other.dataset.cell,other.dataset.value);if(other===row)break}
inner.replaceChildren(make('p',row?'State after step '+(at+1):'State at the start',{class:'title'}));
const list=make('table');list.append(make('caption',undefined));list.caption.append(make('span','words that change or decide'));
for(const [name,value] of cells){const line=list.insertRow();line.append(make('th',undefined,{scope:'row'}),make('td'));
line.cells[0].append(make('code',name));line.cells[1].append(make('code',value));
if(row&&row.dataset.cell===name)line.className='changed'}
if(cells.size>0)inner.append(list);
if(!row)return;
const lines=row.dataset.source===undefined?undefined:windows[row.dataset.source];
const code=row.querySelector('.code');
inner.append(make('p','Source',{class:'title'}),make('p',lines?lines[0]:code.textContent.slice(code.querySelector('code')?.textContent.length??0).trim(),{class:'faint'}));
const text=make('pre',undefined,{class:'source'});
if(lines)for(const [number,line,here] of lines[1]){const one=make('span',undefined,here?{class:'here'}:{});one.append(make('span',number.padStart(4)+'  ',{class:'n'}),line);text.append(one)}
else text.append(make('span',code.querySelector('code')?.textContent??'',{class:'here'}));
inner.append(text)};
const also=make('div',undefined,{class:'also'});also.append(label);
box.before(bar,also);box.after(now);section.classList.add('stepping');
renumber();
const keys={ArrowRight:1,ArrowDown:1,ArrowLeft:-1,ArrowUp:-1};
section.addEventListener('keydown',(event)=>{if(event.altKey||event.ctrlKey||event.metaKey||event.target.matches('input'))return;
if(event.key in keys){event.preventDefault();show(at+keys[event.key])}
else if(event.key==='Home'||event.key==='End'){event.preventDefault();show(event.key==='End'?1e9:-1)}});
table.addEventListener('click',(event)=>{const row=event.target.closest('tbody tr');if(row&&!event.target.closest('button,a'))show(shown().indexOf(row))});
const it={show,renumber,table,box,get at(){return at}};
steppers.set(section,it);
return it};
for(const section of document.querySelectorAll('.walk'))stepper(section).show(-1);
for(const input of document.querySelectorAll('fieldset>input'))input.addEventListener('change',()=>{for(const [section,it] of steppers)if(section.getClientRects().length>0){it.renumber();it.show(it.at)}});
`;
