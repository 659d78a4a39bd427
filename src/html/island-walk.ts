// The script of the explorer: another turn at a branch, the same turns on other code, and a link for each schedule. It needs the
// script of island.ts before it. The schedules come as data (see src/web/walk-data.ts); names of schedules are those of
// src/check/walk-path.ts, and a test holds the two together.

/** Puts the schedules of `#walks` under the reader's hand. */
export const WALK_SCRIPT = `
const walks=JSON.parse(document.getElementById('walks').textContent);
const T=(index)=>walks.t[index];
const usual=(state,last)=>Math.max(0,state[2].findIndex((choice)=>choice[0]===last));
const follow=(code,path)=>{const named=path===''?[]:path.split('/').map(Number),taken=[];let used=0,fits=true,last=-1;
for(let at=0;at>=0&&taken.length<2000;){const state=code.states[at];if(state[2].length===0)break;
let choice=usual(state,last);
if(state[2].length>1&&used<named.length){const wish=named[used++];fits=fits&&state[2][wish]!==undefined;if(fits)choice=wish}
taken.push([at,choice]);last=state[2][choice][0];at=state[2][choice][1]}
return{taken,fits:fits&&used===named.length}};
const nameOf=(code,taken)=>{const turns=[];let telling=0,last=-1;
for(const [at,choice] of taken){const state=code.states[at];
if(state[2].length>1){turns.push(choice);if(choice!==usual(state,last))telling=turns.length}
last=state[2][choice][0]}
return turns.slice(0,telling).join('/')};
const words=(code,step)=>T(code.steps[step][4]);
const telling=(code,choice)=>choice[2].filter((step)=>code.steps[step][7]);
const processes=walks.processes;
const views=walks.codes.map((code,index)=>({code,section:document.getElementById('code-'+index),taken:follow(code,code.path).taken}));
let active=Math.max(0,views.findIndex(({section})=>section.getClientRects().length>0));
const radio=(index)=>document.getElementById('choose-'+index);
const rowOf=(code,number,step)=>{
const [p,name,place,text,event,cell,value,matters,source]=code.steps[step];
const row=make('tr',undefined,matters?{}:{class:'minor'});
row.append(make('th',number,{scope:'row'}));
processes.forEach(([cpu,label],q)=>{const td=make('td',undefined,{class:'p'+q%4});row.append(td);if(q!==p)return;
const line=make('span',undefined,{class:'code'});if(text>=0&&T(text)!=='')line.append(make('code',T(text)),' ');
const at=T(place).lastIndexOf('/')+1;line.append(make('span',T(place).slice(0,at),{class:'far'}),T(place).slice(at),make('span',T(name)===''?'':' in '+T(name)+'()',{class:'far'}));
td.append(make('span',cpu+' '+label+': ',{class:'who'}),make('span',T(event),{class:'event'}),line)});
const state=make('td',undefined,{class:'state'});row.append(state);
if(cell>=0&&value>=0){row.dataset.cell=T(code.cells[cell][0]);row.dataset.value=T(value);state.append(make('code',row.dataset.cell+' = '+row.dataset.value))}
if(source>=0)row.dataset.source=source;
return row};
const draw=(view)=>{
const {code,section,taken}=view,it=steppers.get(section),body=it.table.tBodies[0];body.replaceChildren();view.rows=[];
let number=0,last=-1;
for(const step of code.first){const row=rowOf(code,++number,step);row.className='minor';body.append(row)}
taken.forEach(([at,index],turn)=>{
const state=code.states[at],choice=state[2][index],others=state[2].map((other,k)=>[k,other]).filter(([k])=>k!==index);
const rows=choice[2].map((step)=>rowOf(code,++number,step));
let head=rows.find((row)=>row.className!=='minor');
if(others.length>0&&!head&&rows.length>0){head=rows[0];head.className=''}
if(head)for(const [k,other] of others){const step=telling(code,other)[0]??other[2][0];const [cpu,label]=processes[other[0]];
const button=make('button',(other[0]===choice[0]?'or: ':'')+(step===undefined?'goes on':words(code,step)),{type:'button',class:'other','aria-label':'instead, '+cpu+' '+label+': '+(step===undefined?'goes on':words(code,step))});
button.addEventListener('click',()=>turnTo(view,turn,k));head.cells[other[0]+1].append(button)}
view.rows[turn]=head??rows[0];body.append(...rows);last=choice[0]});
const end=taken.length===0?[]:taken[taken.length-1],to=end.length===0?0:code.states[end[0]][2][end[1]][1];
const out=section.querySelector('.outcome');
const [kind,text]=ending(code,taken,to);out.className='outcome '+kind;out.textContent=text;
it.renumber()};
const ending=(code,taken,to)=>{
const broken=taken.flatMap(([at,index])=>code.states[at][2][index][3]);
if(to<0)return['open','The schedule goes on, but not on this page: it has '+code.cut+'. On the command line: '+walks.command+' '+code.option];
const [end,violated]=code.states[to],errors=violated.filter((k)=>code.invariants[k][2]);
if(errors.length>0||broken.length>0)return['violated','Violated by this schedule: '+[...errors.map((k)=>T(code.invariants[k][1])),...broken.map(T)].join('; ')+'.'];
if(end===2)return['violated','This schedule ends in a deadlock.'];
return['holds','Holds in this schedule: '+code.invariants.filter((one)=>one[2]).map((one)=>T(one[1])).join('; ')+'.']};
const turnTo=(view,turn,choice)=>{
const {code}=view,taken=[...view.taken.slice(0,turn),[view.taken[turn][0],choice]];
const named=taken.filter(([at])=>code.states[at][2].length>1).map((one)=>one[1]).join('/');
view.taken=follow(code,named).taken;draw(view);select(view,view.rows[turn]);steppers.get(view.section).box.focus({preventScroll:true})};
const select=(view,row)=>{const it=steppers.get(view.section);it.show(row?[...it.table.tBodies[0].rows].filter((one)=>one.getClientRects().length>0).indexOf(row):-1)};
const mark=(code,step)=>code.steps[step][1]+' '+code.steps[step][3];
const sameTurns=(from,to)=>{
const runs=[];
for(const [at,index] of from.taken){const choice=from.code.states[at][2][index];const steps=telling(from.code,choice);
const last=steps.length>0?mark(from.code,steps[steps.length-1]):undefined;
if(runs.length>0&&runs[runs.length-1][0]===choice[0])runs[runs.length-1][1]=last??runs[runs.length-1][1];else runs.push([choice[0],last])}
const code=to.code,taken=[];let at=0;
const take=(p)=>{const index=code.states[at][2].findIndex((choice)=>choice[0]===p);if(index<0)return undefined;
const choice=code.states[at][2][index];taken.push([at,index]);at=choice[1];return choice};
const reaches=(p,last)=>{let here=at;for(let left=200;here>=0&&left>0;left--){const choice=code.states[here][2].find((one)=>one[0]===p);
if(!choice)return false;if(choice[2].some((step)=>mark(code,step)===last))return true;here=choice[1]}return false};
for(const [p,last] of runs){if(at<0)break;if(last!==undefined&&!reaches(p,last)&&p===runs[runs.length-1][0])continue;
for(let left=200;at>=0&&left>0;left--){const choice=take(p);if(!choice||last===undefined||!reaches(p,last)&&choice[2].some((step)=>mark(code,step)===last))break;
if(choice[2].some((step)=>mark(code,step)===last))break}}
const named=taken.filter(([state])=>code.states[state][2].length>1).map((one)=>one[1]).join('/');
return follow(code,named).taken};
const link=()=>{const view=views[active],it=steppers.get(view.section);
const name='#'+encodeURIComponent(view.code.id)+':'+nameOf(view.code,view.taken)+(it.at<0?'':'@'+(it.at+1));
for(const one of document.querySelectorAll('a.this'))one.setAttribute('href',name);return name};
const activate=(index,taken)=>{active=index;radio(index).checked=true;const view=views[index];if(taken)view.taken=taken;draw(view)};
const fromLink=()=>{
const [,id,path,at]=/^#([^:@]*)(?::([\\d/]*))?(?:@(\\d+))?$/.exec(location.hash)??[];if(id===undefined)return false;
let name='';try{name=decodeURIComponent(id)}catch{return false}
const index=views.findIndex(({code})=>code.id===name);const said=document.getElementById('link-said');
if(index<0){said.textContent=name===''?'':'The link names code that is not on this page: '+name+'.';return false}
const {taken,fits}=follow(views[index].code,path??views[index].code.path);
said.textContent=fits?'':'The link names a schedule that this code does not have. Shown is the nearest.';
activate(index,taken);steppers.get(views[index].section).show(at===undefined?-1:Number(at)-1);return true};
views.forEach((view,index)=>{
draw(view);
view.section.querySelector('.also').append(make('a','link to this schedule',{class:'this',href:'#'}));
const worst=view.code.path;
if(view.code.found){const button=make('button','a schedule that violates',{type:'button'});view.section.querySelector('.also').append(button);
button.addEventListener('click',()=>{view.taken=follow(view.code,worst).taken;draw(view);steppers.get(view.section).show(0);link()})}
view.section.addEventListener('step',()=>{if(index===active)history.replaceState(null,'',link())});
radio(index).addEventListener('change',()=>{const before=views[active];const taken=sameTurns(before,view);const at=steppers.get(before.section).at;
activate(index,taken);steppers.get(view.section).show(at);history.replaceState(null,'',link())})});
document.getElementById('link-said').textContent='';
if(!fromLink())link();
addEventListener('hashchange',fromLink);
`;
