#!lua flags=allow-oom
-- commit: aplica o plano de uma etapa, inteiro, se a entrada ainda estava pendente (o primeiro commit vence).
-- op: s etapa, i entrada, w consumidor, l faixa, f primeira etapa, c conversa, n turno, e eventos,
--     st estado atual, ws gravar estado?, md modo, to próxima etapa, p carga, fd {{faixa, etapa}} com fe {evento},
--     ot {{fila de saída, id}} com ob {documento},
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

local replies = {}
for i, op in ipairs(ops()) do
  if op.sn then record_sent(op.sn[1], op.sn[2]) end
  local key = conv_key(op.l, op.c)
  local mark = op.s .. '|' .. op.i .. '|' .. op.w
  if not is_pending(op.s, op.i) then
    replies[i] = redis.call('HGET', key, 'k') == mark and 2 or 0
  else
    -- primeiro: só nestas chaves mexe quem não é nosso, e se não se deixam gravar nada mais foi gravado
    for n, out in ipairs(op.ot or {}) do publish(out[1], out[2], op.ob[n]) end
    if op.ws then redis.call('HSET', key, 's', op.st) end
    if op.md then redis.call('HSET', key, 'm', op.md) end
    for n, feed in ipairs(op.fd or {}) do enter(feed[1], feed[2], op.c, op.fe[n]) end
    for n, timer in ipairs(op.tm or {}) do
      local member = op.l .. '|' .. op.c .. '|' .. timer[1]
      if timer[2] then
        set_timer(TIMERS, member, timer[2], { l = op.l, s = op.f, c = op.c, e = op.te[n] })
      else
        take_timer(TIMERS, member)
      end
    end
    if op.to then
      push(op.to, { l = op.l, c = op.c, n = op.n, e = op.e, s = op.st, p = op.p,
        m = redis.call('HGET', key, 'm') or '' })
    else
      advance(op.l, op.f, op.c)
    end
    if op.sn and op.sn[2] ~= '' then redis.call('HSET', key, 'w', op.sn[2]) end
    redis.call('HSET', key, 'k', mark)
    settle_entry(op.s, op.i)
    replies[i] = 1
  end
end
return replies
