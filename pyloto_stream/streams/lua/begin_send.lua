#!lua flags=allow-oom
-- begin_send: registra a intenção de enviar, antes da chamada externa, e diz se ela deve acontecer.
-- op: s etapa, i entrada, w consumidor, l faixa, c conversa, r reply_id, win janela de dúvida ms (dobra a cada
--     envio), max envios, q nome desta pergunta, ttl ms, any 1 = envia em qualquer modo; pr e nu (se há) o que pace
--     pergunta da pessoa e do número, este com a chave inteira em n, que pode ser de outra partição do mesmo servidor;
--     sh ms que se esperam no lugar
-- resposta por op: {'go', tentativa, 1 se é reenvio} | {'sent', id externo} | {'failed'} | {'silenced', modo} |
--                  {'doubt', até quando esperar} | {'unsettled', tentativas} | {'lost'} |
--                  {'early', vez da pessoa, vez do número (0: nenhuma), época, agora}: não chegou, e nada se anotou
local function early(op)
  op.pr.q, op.nu.q = op.q, op.q
  local pair = pace(P .. ':pace:' .. op.pr.n, op.pr)
  if pair - now > op.sh then return { 'early', pair, op.nu.hd, op.nu.ep, now } end -- outra do número seria desperdício
  local slot, epoch = pace(op.nu.n, op.nu)
  if math.max(pair, slot) > now then return { 'early', pair, slot, epoch, now } end
end

local function begin(op)
  if not is_mine(op) then return { 'lost' } end
  local key = P .. ':send:' .. op.r
  local row = redis.call('HMGET', key, 'st', 'a', 'at', 'w', 'q')
  local st, attempt, at = row[1], tonumber(row[2] or 0), tonumber(row[3] or 0)
  if st == 'sent' then return { 'sent', row[4] or '' } end
  if st == 'failed' then return { 'failed' } end
  if st == 'sending' then
    -- a mesma pergunta outra vez: a resposta se perdeu no caminho e ninguém chamou a API ainda
    if row[5] == op.q then
      redis.call('HSET', key, 'q', op.q) -- o que se confirma em disco ou réplica é o que esta conexão gravou
      return { 'go', attempt, attempt > 1 and 1 or 0 }
    end
    local patience = at + op.win * 2 ^ (attempt - 1)
    if now < patience then return { 'doubt', patience } end
    if attempt >= op.max then return { 'unsettled', attempt } end
  end
  local mode = redis.call('HGET', conv_key(op.l, op.c), 'm')
  if mode and mode ~= '' and mode ~= 'BOT' and not op.any then return { 'silenced', mode } end
  local wait = op.pr and early(op)
  if wait then return wait end
  redis.call('HSET', key, 'st', 'sending', 'a', attempt + 1, 'at', int(now), 'c', op.c, 'q', op.q)
  redis.call('PEXPIRE', key, int(op.ttl))
  return { 'go', attempt + 1, attempt > 0 and 1 or 0 }
end

local replies = {}
for i, op in ipairs(ops()) do replies[i] = begin(op) end
return replies
