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

local call, NONE = redis.call, {}
local head = cmsgpack.unpack(ARGV[2])

-- As operações de uma partição como vieram, e em que ARGV começam os bytes de cada uma.
local I, L, C, N, TO, SAVES, MORE = 1, 2, 3, 4, 5, 6, 7
local function rows(at, last)
  local list, places, n = {}, {}, 0
  while at <= last do
    local row = cmsgpack.unpack(ARGV[at])
    n = n + 1
    list[n], places[n] = row, at + 1
    at = at + (row[TO] == '' and 2 or 4)
    if row[MORE] then row[MORE], at = with_blobs(row[MORE], at) end
  end
  return list, places
end

-- As entradas de um lote foram lidas juntas: uma pergunta pela faixa delas responde por quase todas.
local function pending_of(queue, list)
  local found = {}
  local asked = call('XPENDING', queue, GROUP, list[1][I], list[#list][I], 2 * #list)
  for n = 1, #asked do found[asked[n][1]] = true end
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
    enter_all(lane, stage, row[C], events)
  end
end

-- Os efeitos que poucos planos têm.
local function extras(row, more)
  hand_out(row, more)
  for n, timer in ipairs(more.tm or {}) do
    local member = row[L] .. '|' .. row[C] .. '|' .. timer[1]
    if timer[2] then
      set_timer(TIMERS, member, timer[2], { l = row[L], s = head.f[row[L]], c = row[C], e = more.te[n] })
    else
      take_timer(TIMERS, member)
    end
  end
end

-- at: onde estão o estado e, se há próxima etapa, os eventos e a carga.
local function apply(row, at, key, mark)
  local more, to = row[MORE] or NONE, row[TO]
  -- primeiro: só nestas chaves mexe quem não é nosso, e se não se deixam gravar nada mais foi gravado
  for n, out in ipairs(more.ot or NONE) do publish(out[1], out[2], more.ob[n]) end
  local news, size = { 'HSET', key, 'k', mark }, 4
  if row[SAVES] then news[5], news[6], size = 's', ARGV[at], 6 end
  if more.md then news[size + 1], news[size + 2], size = 'm', more.md, size + 2 end
  if more.sn and more.sn[2] ~= '' then news[size + 1], news[size + 2], size = 'w', more.sn[2], size + 2 end
  if to == '' then
    call(unpack(news))
    if row[MORE] then extras(row, more) end
    return advance(row[L], head.f[row[L]], row[C])
  end
  local mode = more.md or call('HGET', key, 'm') or ''
  if row[MORE] then extras(row, more) end
  local id = queue_token(to, row[L], row[C], row[N], ARGV[at + 1], ARGV[at], mode, ARGV[at + 2])
  news[size + 1], news[size + 2] = 't', to .. '|' .. id
  call(unpack(news))
end

local mark_start, mark_end = head.s .. '|', '|' .. head.w

local function take(row, at, is_open)
  local more = row[MORE]
  if more and more.sn then record_sent(more.sn[1], more.sn[2]) end
  local key, mark = conv_key(row[L], row[C]), mark_start .. row[I] .. mark_end
  if not is_open(row[I]) then return call('HGET', key, 'k') == mark and 2 or 0 end
  apply(row, at, key, mark)
  return 1
end

local function commit(first, last)
  local queue, list, places = stream(head.s), rows(first, last)
  local is_open, done, replies, failure = pending_of(queue, list), {}, {}, nil
  for n = 1, #list do
    local taken, reply = pcall(take, list[n], places[n], is_open)
    if not taken then
      failure = reply
      break
    end
    replies[n] = reply
    if reply == 1 then done[#done + 1] = list[n][I] end
  end
  -- Também se uma falhou a meio: as que vieram antes estão feitas, e pendentes seriam feitas de novo.
  if #done > 0 then
    call('XACK', queue, GROUP, unpack(done))
    call('XDEL', queue, unpack(done))
  end
  if failure then error(failure) end
  return replies
end

return in_each(3, commit)
