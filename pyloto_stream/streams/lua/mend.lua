#!lua flags=allow-oom
-- mend: um portão fechado tem exatamente um token, no lugar que a conversa anota. Confere um token ou uma conversa e,
-- só se isso não vale agora, conserta: entre quem olhou e esta chamada tudo pode ter andado.
-- op: de um token: s etapa e i entrada, ou m "faixa|conv" (estacionado); de uma conversa: l faixa, c conversa,
--     f primeira etapa, w 1 = só se interessa pela caixa de entrada; dry 1 = só diz o que faria
-- resposta por op: {o que se fez ou faria, "faixa|conv"}, vazia se nada:
--   'gate_closed' token sem portão: fecha-se para ele     'trail' a conversa anotava outro lugar
--   'stray' token de outro turno: os eventos dele voltam para a frente da caixa de entrada
--   'double' o turno em curso já tem token noutro lugar: este sai
--   'no_token' portão fechado sem token: o que espera vira o próximo turno, ou o portão abre
--   'unscheduled' token estacionado sem hora de voltar: volta já
--   'waiting' há eventos à espera diante de um portão aberto: viram o próximo turno
local function in_stream(stage, id)
  local read = redis.pcall('XRANGE', stream(stage), id, id)
  return not read.err and read[1] and fields(read[1][2])
end

local function parked(member)
  local packed = redis.call('HGET', PARKED .. ':body', member)
  local body = packed and unpacked(packed)
  return body and type(body.t) == 'table' and fields(body.t)
end

-- O token que está em `where` ("<etapa>|<entrada>" ou "parked"), se é o do turno `g` desta conversa.
local function token_at(where, lane, conv, g)
  local stage, id = string.match(where or '', '^([^|]+)|(.+)$')
  local token
  if where == 'parked' then token = parked(lane .. '|' .. conv) elseif stage then token = in_stream(stage, id) end
  return token and token.l == lane and token.c == conv and token.n == g and token
end

local function remove(op)
  if op.m then take_timer(PARKED, op.m) else settle_entry(op.s, op.i) end
end

local function mend_token(op)
  local token
  if op.m then token = parked(op.m) else token = in_stream(op.s, op.i) end
  if not token or not (token.l and token.c and token.e and tonumber(token.n)) then return {} end
  local key, here = conv_key(token.l, token.c), op.m and 'parked' or op.s .. '|' .. op.i
  local c = redis.call('HMGET', key, 'g', 't', 'n')
  local member = token.l .. '|' .. token.c
  if forgetting(token.l, token.c) then return {} end
  if c[1] == token.n then
    if c[2] == here then return {} end
    local known = token_at(c[2], token.l, token.c, c[1])
    if not known then
      if op.dry ~= 1 then redis.call('HSET', key, 't', here) end
      return { 'trail', member }
    end
    if known.e == token.e then
      if op.dry ~= 1 then remove(op) end
      return { 'double', member }
    end
    -- o mesmo número e outros eventos: a conversa foi apagada e recomeçou no mesmo milissegundo
  end
  if not c[1] then
    if op.dry ~= 1 then
      local last = math.max(tonumber(token.n), tonumber(c[3] or 0))
      redis.call('HSET', key, 'g', token.n, 'n', int(last), 't', here)
      redis.call('PERSIST', key)
    end
    return { 'gate_closed', member }
  end
  if op.dry ~= 1 then
    -- sem os colchetes: vários eventos num item, que `advance` junta por vírgulas como aos outros
    local events = string.match(token.e, '^%s*%[%s*(.-)%s*%]%s*$')
    if events and events ~= '' then redis.call('LPUSH', inbox_key(token.l, token.c), events) end
    remove(op)
  end
  return { 'stray', member }
end

local function mend_gate(op)
  local member, c = op.l .. '|' .. op.c, redis.call('HMGET', conv_key(op.l, op.c), 'g', 't')
  if op.w == 1 then
    if c[1] or redis.call('LLEN', inbox_key(op.l, op.c)) == 0 then return {} end
    if op.dry ~= 1 then advance(op.l, op.f, op.c) end
    return { 'waiting', member }
  end
  if not c[1] then return {} end
  if not token_at(c[2], op.l, op.c, c[1]) then
    if op.dry ~= 1 then
      redis.call('HDEL', conv_key(op.l, op.c), 'x')
      advance(op.l, op.f, op.c)
    end
    return { 'no_token', member }
  end
  if c[2] ~= 'parked' or redis.call('ZSCORE', PARKED, member) then return {} end
  if op.dry ~= 1 then redis.call('ZADD', PARKED, int(now), member) end
  return { 'unscheduled', member }
end

local replies = {}
for i, op in ipairs(ops()) do replies[i] = (op.s or op.m) and mend_token(op) or mend_gate(op) end
return replies
