#!lua flags=allow-oom
-- commit: aplica o plano de uma etapa, inteiro, se a entrada ainda estava pendente (o primeiro commit vence).
-- É o script de toda mensagem em toda etapa: as operações vêm em posições, e não por nome, e o que não depende de cada
-- uma se faz uma vez por lote.
-- ARGV[2]: {s etapa, w consumidor, f {faixa = primeira etapa}}
-- op: {entrada, faixa, conversa, turno, próxima etapa ('': fim do turno), grava o estado?, resto}, e depois, cada um no seu
--     argumento, o estado e, se há próxima etapa, os eventos e a carga
-- resto, se há: md modo, fd {{faixa, etapa}} com fe {evento}, ot {{fila de saída, id}} com ob {documento},
--     tm {{nome, vencimento}} ({nome} desarma) com te {evento}, sn {reply_id, id externo}
-- resposta por op: 1 aplicado, 2 já era nosso (resposta perdida e repetida), 0 descartado

-- Um envio confirmado é um fato do mundo: vale mesmo se o plano for descartado, senão quem assumiu enviaria de novo.
local function record_sent(reply_id, external_id)
  local key = P .. ':send:' .. reply_id
  local st = redis.call('HGET', key, 'st')
  if st and st ~= 'failed' then redis.call('HSET', key, 'st', 'sent', 'w', external_id) end
end

-- Quantas entradas uma fila de saída guarda, mais ou menos: quem lê atrasa-se dias sem perder nada, e uma fila que
-- ninguém lê ocupa no máximo uns 30 MB por partição.
local OUT_MAX, OUT_VERSION = 10000, '1'
local function publish(outlet, id, body)
  redis.call('XADD', P .. ':out:' .. outlet, 'MAXLEN', '~', OUT_MAX, '*', 'id', id, 'v', OUT_VERSION, 'body', body)
end

local head = cmsgpack.unpack(ARGV[2])
local queue = stream(head.s)

local function rows()
  local list, at = {}, 3
  while at <= #ARGV do
    local i, l, c, n, to, ws, packed = unpack(cmsgpack.unpack(ARGV[at]), 1, 7)
    local row = { i = i, l = l, c = c, n = n, to = to, ws = ws, st = ARGV[at + 1] }
    at = at + 2
    if to ~= '' then
      row.e, row.p = ARGV[at], ARGV[at + 1]
      at = at + 2
    end
    if packed then row.more, at = with_blobs(packed, at) end
    list[#list + 1] = row
  end
  return list
end

-- As entradas de um lote foram lidas juntas: uma pergunta pela faixa delas responde por quase todas.
local function pending_of(list)
  local found = {}
  local asked = redis.call('XPENDING', queue, GROUP, list[1].i, list[#list].i, 2 * #list)
  for _, row in ipairs(asked) do found[row[1]] = true end
  return function(i)
    local is = found[i]
    found[i] = false -- só uma vez: o mesmo lote não a confirma de novo
    if is == nil then return is_pending(head.s, i) end
    return is
  end
end

-- Entrega os eventos do plano às outras faixas: os que são da mesma chegam juntos, e um portão aberto os torna um turno.
local function hand_out(row, more)
  local at, feeds = 1, more.fd or {}
  while at <= #feeds do
    local lane, stage, events = feeds[at][1], feeds[at][2], {}
    while feeds[at] and feeds[at][1] == lane and #events < MAX_TURN_EVENTS do
      events[#events + 1] = more.fe[at]
      at = at + 1
    end
    enter_all(lane, stage, row.c, events)
  end
end

-- Os efeitos que poucos planos têm.
local function extras(row, more)
  hand_out(row, more)
  for n, timer in ipairs(more.tm or {}) do
    local member = row.l .. '|' .. row.c .. '|' .. timer[1]
    if timer[2] then
      set_timer(TIMERS, member, timer[2], { l = row.l, s = head.f[row.l], c = row.c, e = more.te[n] })
    else
      take_timer(TIMERS, member)
    end
  end
end

local function apply(row, key, mark)
  local more = row.more or {}
  -- primeiro: só nestas chaves mexe quem não é nosso, e se não se deixam gravar nada mais foi gravado
  for n, out in ipairs(more.ot or {}) do publish(out[1], out[2], more.ob[n]) end
  local news = { 'k', mark }
  local function also(name, value) news[#news + 1], news[#news + 2] = name, value end
  if row.ws then also('s', row.st) end
  if more.md then also('m', more.md) end
  if more.sn and more.sn[2] ~= '' then also('w', more.sn[2]) end
  if row.to == '' then
    redis.call('HSET', key, unpack(news))
    extras(row, more)
    return advance(row.l, head.f[row.l], row.c)
  end
  local mode = more.md or redis.call('HGET', key, 'm')
  extras(row, more)
  also('t', row.to .. '|' .. queue_token(row.to, row, mode or ''))
  redis.call('HSET', key, unpack(news))
end

local list = rows()
local is_open, done, replies, failure = pending_of(list), {}, {}, nil
for n, row in ipairs(list) do
  if row.more and row.more.sn then record_sent(row.more.sn[1], row.more.sn[2]) end
  local key, mark = conv_key(row.l, row.c), head.s .. '|' .. row.i .. '|' .. head.w
  if not is_open(row.i) then
    replies[n] = redis.call('HGET', key, 'k') == mark and 2 or 0
  else
    local applied, problem = pcall(apply, row, key, mark)
    if not applied then
      failure = problem
      break
    end
    done[#done + 1], replies[n] = row.i, 1
  end
end
-- Também se uma falhou a meio: as que vieram antes estão feitas, e pendentes seriam feitas de novo.
if #done > 0 then
  redis.call('XACK', queue, GROUP, unpack(done))
  redis.call('XDEL', queue, unpack(done))
end
if failure then error(failure) end
return replies
