#!lua flags=allow-oom
-- forget: um passo do esquecimento de uma conversa (ver forget.py). Enquanto ele dura, os portões dela ficam fechados em
-- nome de quem esquece, e o que chega espera: tudo o mais que há com o nome dela é velho, e sai.
-- op: c conversa, x quem esquece, ls {{faixa, primeira etapa}, ...}, hold ms que se espera por outro passo, k o passo:
--   'hold' fecha os portões e tira o que se acha pelo nome: a partir daqui quem tem um turno dela o perdeu; w faixas cujos
--     eventos quem esquece quer ver; até o fim guarda-os o token que segura o portão
--     -> {'held', conversas, eventos, tokens, ritmos, agora, {último turno de cada faixa}, {vetor JSON de eventos, ...}}
--     | {'busy', ms} outro a esquece agora; repetido, nada muda, e diz-se o mesmo
--   'told' w faixas: só olha -> {'ok', {vetor JSON de eventos, ...}}
--   'timers' at cursor, n quantos, z 1 = o conjunto, senão os corpos -> {'ok', saíram, próximo cursor}
--   'entries' q "stream|dead|out:<nome>", a de, b até ('' no início), n, bytes, w {nomes da pessoa}
--     -> {'ok', saíram, próxima, até, 1 se há mais}
--   'sends' i {reply_id, ...}, ttl ms do que não tem prazo -> {'ok', saíram}
--   'aliases' i {nome, ...}, ttl ms -> {'ok', saíram}
--   'finish' abre os portões ao que chegou depois -> {'ok', ritmos}
-- Passa de 200 linhas porque os passos partilham os portões e quem os segura: separados, repetiriam a guarda de cada um.
-- Todo passo com x responde {'lost'}, e nada faz, se os portões já não esperam por ele. Sem x: outra partição.
local DONE_MS = 3600000 -- quanto se lembra que um esquecimento terminou

local function word_in(text, word)
  local from = 1
  while true do
    local a, b = string.find(text, word, from, true)
    if not a then return false end
    local around = (a > 1 and string.sub(text, a - 1, a - 1) or '') .. string.sub(text, b + 1, b + 1)
    if not string.find(around, '[%w_-]') then return true end
    from = a + 1
  end
end

local function holding(op)
  if not op.x then return true end
  for _, lane in ipairs(op.ls) do
    if redis.call('HGET', conv_key(lane[1], op.c), 'x') ~= op.x then return false end
  end
  for _, lane in ipairs(op.ls) do redis.call('ZADD', PARKED, 'XX', int(now + op.hold), lane[1] .. '|' .. op.c) end
  return true
end

-- Já a esqueço eu? Quanto ainda se espera por outro que a esquece?
local function others(op)
  local mine, wait = 0, 0
  for _, lane in ipairs(op.ls) do
    local x = redis.call('HGET', conv_key(lane[1], op.c), 'x')
    if x == op.x then
      mine = mine + 1
    elseif x then
      wait = math.max(wait, tonumber(redis.call('ZSCORE', PARKED, lane[1] .. '|' .. op.c) or now) - now)
    end
  end
  return mine == #op.ls, wait
end

-- O token que a conversa anota, se ainda está na fila: etapa, entrada e campos.
local function queued(lane, conv, where)
  local stage, id = string.match(where or '', '^([^|]+)|(.+)$')
  local row = stage and redis.call('XRANGE', stream(stage), id, id)[1]
  local token = row and fields(row[2]) or {}
  if token.l == lane and token.c == conv then return stage, id, token end
end

local function token_out(lane, conv, where)
  local stage, id = queued(lane, conv, where)
  if stage then settle_entry(stage, id) end
  local body = take_timer(PARKED, lane .. '|' .. conv)
  return (stage and 1 or 0) + (body and not body.gone and 1 or 0)
end

-- Os eventos que a faixa tem em curso ou à espera; os que outro esquecimento, por terminar, já tirou.
local function told_of(lane, conv)
  local told = {}
  local _, _, token = queued(lane, conv, redis.call('HGET', conv_key(lane, conv), 't'))
  if token then table.insert(told, token.e) end
  local body = unpacked(redis.call('HGET', PARKED .. ':body', lane .. '|' .. conv) or '') or {}
  if not body.gone and body.t then table.insert(told, fields(body.t).e) end
  for _, events in ipairs(body.told or {}) do table.insert(told, events) end
  for _, event in ipairs(redis.call('LRANGE', inbox_key(lane, conv), 0, -1)) do table.insert(told, '[' .. event .. ']') end
  return told
end

local function void(id, ttl) return id and id ~= '' and redis.call('SET', void_key(id), '1', 'PX', int(ttl)) end

local function wants(op, lane)
  for _, name in ipairs(op.w) do
    if name == lane then return true end
  end
  return false
end

local function close(op, lane, stage, erased)
  local key, inbox, told = conv_key(lane, op.c), inbox_key(lane, op.c), wants(op, lane) and told_of(lane, op.c) or nil
  local c = redis.call('HMGET', key, 'n', 't', 'w', 'x')
  erased[1] = erased[1] + (c[1] and not c[4] and 1 or 0)
  erased[2] = erased[2] + redis.call('LLEN', inbox)
  erased[3] = erased[3] + token_out(lane, op.c, c[2])
  void(c[3], op.ttl)
  redis.call('UNLINK', key, inbox)
  local n = int(math.max(tonumber(c[1] or 0), now)) -- o próximo turno é maior que todos os de antes
  redis.call('HSET', key, 'g', n, 'n', n, 't', 'parked', 'x', op.x)
  local held = { 'l', lane, 'c', op.c, 'n', n, 'e', '[]', 's', '', 'm', '', 'p', '', 'f', '0', 'z', '0', 'h', '',
    'v', TOKEN_VERSION }
  local body = { s = stage, t = held, gone = op.x, told = told }
  set_timer(PARKED, lane .. '|' .. op.c, now + op.hold, body)
end

local act = {}

function act.told(op)
  local told = {}
  for _, lane in ipairs(op.w) do
    for _, events in ipairs(told_of(lane, op.c)) do table.insert(told, events) end
  end
  return { 'ok', told }
end

function act.hold(op)
  local mine, wait = others(op)
  if wait > 0 then return { 'busy', wait } end
  local erased, numbers, told = { 0, 0, 0 }, {}, {}
  if not mine then
    for _, lane in ipairs(op.ls) do close(op, lane[1], lane[2], erased) end
  end
  for i, lane in ipairs(op.ls) do
    numbers[i] = tonumber(redis.call('HGET', conv_key(lane[1], op.c), 'n'))
    local held = unpacked(redis.call('HGET', PARKED .. ':body', lane[1] .. '|' .. op.c) or '')
    for _, events in ipairs(held and held.told or {}) do table.insert(told, events) end
  end
  local paces = redis.call('DEL', P .. ':pace:pair:' .. op.c)
  return { 'held', erased[1], erased[2], erased[3], paces, now, numbers, told }
end

-- Um nome pode ser o começo de outro: quem diz de quem é o temporizador é o corpo, se o há.
local function owns(op, member)
  for _, lane in ipairs(op.ls) do
    local start = lane[1] .. '|' .. op.c .. '|'
    if string.sub(member, 1, #start) == start then
      local body = unpacked(redis.call('HGET', TIMERS .. ':body', member) or '')
      return not body or body.c == op.c
    end
  end
  return false
end

function act.timers(op)
  local scan, set = op.z == 1 and 'ZSCAN' or 'HSCAN', op.z == 1 and TIMERS or TIMERS .. ':body'
  local page, gone = redis.call(scan, set, op.at, 'COUNT', op.n), 0
  for f = 1, #page[2], 2 do
    if owns(op, page[2][f]) then
      take_timer(TIMERS, page[2][f])
      gone = gone + 1
    end
  end
  return { 'ok', gone, page[1] }
end

-- De quem é a entrada? O token o diz; o que não é token, as palavras dele; uma saída, o id e o documento.
local function about(op, kind, flat)
  local f = fields(flat)
  if kind == 'out' then return word_in((f.id or '') .. ' ' .. (f.body or ''), op.c) end
  if f.c and f.l then return f.c == op.c end
  for n = 2, #flat, 2 do
    if word_in(flat[n], op.c) then return true end
    for _, word in ipairs(op.w or {}) do
      if string.find(flat[n], word, 1, true) then return true end
    end
  end
  return false
end

function act.entries(op)
  local key, kind, from, size, gone = P .. ':' .. op.q, string.match(op.q, '^%a+'), op.a, 0, 0
  local told = redis.pcall('XINFO', 'STREAM', key)
  local last = op.b ~= '' and op.b or told.err and '0-0' or fields(told)['last-generated-id']
  for _ = 1, op.n do
    local row = redis.call('XRANGE', key, from, last, 'COUNT', 1)[1] -- um por vez: um webhook chega a 4 MiB
    if not row then return { 'ok', gone, from, last, 0 } end
    if about(op, kind, row[2]) then
      if kind == 'stream' then redis.call('XACK', key, GROUP, row[1]) end
      redis.call('XDEL', key, row[1])
      gone = gone + 1
    end
    from = '(' .. row[1]
    for n = 2, #row[2], 2 do size = size + #row[2][n] end
    if size >= op.bytes then break end
  end
  return { 'ok', gone, from, last, 1 }
end

function act.sends(op)
  local gone = 0
  for _, id in ipairs(op.i or {}) do
    local key = P .. ':send:' .. id
    local row = redis.call('HMGET', key, 'c', 'w')
    if row[1] == op.c then
      local ttl = redis.call('PTTL', key)
      if ttl <= 0 then ttl = op.ttl end
      void(id, ttl)
      void(row[2], ttl)
      redis.call('DEL', key)
      gone = gone + 1
    end
  end
  return { 'ok', gone }
end

-- De um nome que passou por outra pessoa fica a dela.
function act.aliases(op)
  local gone = 0
  for _, name in ipairs(op.i) do
    local key = P .. ':alias:' .. name
    local owner, leaver = string.match(redis.call('GET', key) or '', '^([^|]*)|?(.*)$')
    if op.c == owner or op.c == leaver then
      if owner ~= op.c and owner ~= '' then
        redis.call('SET', key, owner, 'PXAT', int(now + op.ttl))
      elseif leaver ~= op.c and leaver ~= '' then
        redis.call('SET', key, '|' .. leaver)
      else
        redis.call('DEL', key)
      end
      gone = gone + 1
    end
  end
  return { 'ok', gone }
end

function act.finish(op)
  for _, lane in ipairs(op.ls) do
    take_timer(PARKED, lane[1] .. '|' .. op.c)
    let_in(lane[1], lane[2], op.c)
  end
  void(op.x, DONE_MS)
  return { 'ok', redis.call('DEL', P .. ':pace:pair:' .. op.c) }
end

local replies = {}
for i, op in ipairs(ops()) do
  if op.k == 'finish' and redis.call('EXISTS', void_key(op.x)) == 1 then
    replies[i] = { 'ok', 0 } -- já se fez: a resposta perdeu-se, e o que há agora com este nome é novo
  else
    replies[i] = (op.k == 'hold' or holding(op)) and act[op.k](op) or { 'lost' }
  end
end
return replies
