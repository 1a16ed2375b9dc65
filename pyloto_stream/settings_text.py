"""O que cada variável significa para quem opera? Em inglês, por assunto, na ordem de `Settings`."""

ABOUT = {
    "Process": {
        "ENVIRONMENT": "Where this process runs; development defaults are refused elsewhere",
        "LOG_LEVEL": "Least severe log line that is written",
        "LOG_FORMAT": "`console` (default in development) or `json` (default elsewhere), one line each",
    },
    "Redis and acceptance": {
        "REDIS_URL": "`redis://host:port/db`, `redis+sentinel://host:port,.../name`, "
        "`redis+cluster://host:port,...`, each also as `rediss...` (TLS); `unix:///path`; "
        "`embedded` (development only)",
        "EMBEDDED_DIR": "Folder of the embedded Redis and other local data",
        "STREAM_PARTITIONS": "Partitions of the deployment; recorded in Redis, never changed afterwards",
        "DURABILITY": "What holds before a webhook is answered 200: Redis has it in `memory`, on disk "
        "(`fsync`), or a `replica` has it too",
        "ALLOW_UNSAFE_REDIS": "Start with a Redis whose settings are refused, and warn at each start; never "
        "in production",
        "DEDUPE_TTL_SECONDS": "How long accepted message ids are remembered",
        "BACKLOG_LIMIT": "Tokens waiting above which new webhooks are answered 503",
    },
    "Stages": {
        "WORKER_CONCURRENCY": "Turns one worker handles at a time, per stage",
        "CLAIM_IDLE": "Idle time after which a turn is taken over from a worker that went silent",
        "STAGE_TIMEOUT": "Longest time one decision of a stage may take",
        "LOOP_STALL_TIMEOUT": "A process whose loop stands still so long ends itself and shows its stack",
        "MAX_ATTEMPTS": "Failures of a turn before it goes to the dead-letter stream",
        "RETRY_BASE_SECONDS": "Wait before the first retry; doubles each time, with jitter",
        "RETRY_MAX_SECONDS": "Longest wait between two retries",
        "DRAIN_TIMEOUT": "Time to finish work in hand after SIGTERM",
        "SETTLE_WINDOW": "Wait for Meta's word on a reply that may have been sent, before sending it again",
    },
    "WhatsApp": {
        "WHATSAPP_VERIFY_TOKEN": "Token of Meta's webhook verification challenge",
        "WHATSAPP_WEBHOOK_SECRET": "App secret that signs webhooks; comma separated during a rotation",
        "WHATSAPP_ACCESS_TOKEN": "Access token of the Graph API",
        "WHATSAPP_PHONE_NUMBER_ID": "Graph id of the business number",
        "WHATSAPP_BUSINESS_ACCOUNT_ID": "Graph id of the WhatsApp Business account",
        "WHATSAPP_APP_ID": "Id of the Meta app: `token refresh` and `webhook subscribe` need it",
        "WHATSAPP_ACCESS_TOKENS": "Tokens of further numbers, `phone_number_id:token`, comma separated; any "
        "other number uses `WHATSAPP_ACCESS_TOKEN`",
        "WHATSAPP_MESSAGES_PER_SECOND": "Pace per number, before Meta throttles: one rate for all, or "
        "`phone_number_id:rate`, comma separated; 80 is standard, 20 a number shared with the Business app, "
        "1000 the upgrade",
        "PAIR_INTERVAL": "One message to the same person per so many seconds, in the long run; 0: no limit",
        "PAIR_BURST": "Messages to one person that may go at once, on credit",
        "WINDOW_TEMPLATE": "Approved template without parameters, `name:language`, sent when a reply comes "
        "more than 24 hours after the person wrote; empty: the reply is dropped, and audited",
        "TEMPLATE_CACHE_SECONDS": "How long a process trusts what it knows of templates, numbers and flows",
        "MEDIA_MAX_BYTES": "Largest file taken from a person; a larger one is recorded and not stored",
        "MEDIA_HOSTS": "Hosts from which Meta serves files; the token is sent to no other",
        "WHATSAPP_API_BASE_URL": "Address of the Graph API",
        "WHATSAPP_API_VERSION": "Version of the Graph API",
        "ZERO_TRUST_MODE": "Refuse webhooks without a valid signature; false only in development",
        "FLOW_PRIVATE_KEY": r"PEM key of the Flows endpoint, line breaks as `\n`; during a rotation the new "
        "and then the old one, one after the other",
        "FLOW_PRIVATE_KEY_PASSPHRASE": "Passphrase of an encrypted `FLOW_PRIVATE_KEY`",
        "FLOW_IDS": "Published forms, `name:flow_id`, comma separated; names are `driver_signup`, "
        "`merchant_signup`, `custom_software`; without one, its questions are asked one by one",
        "FLOW_TOKEN_TTL": "How long an offered form can be answered",
    },
    "Stores": {
        "DOCUMENT_STORE": "Where documents are kept; `sqlite` only in development",
        "SQLITE_PATH": "File of the embedded document store",
        "FIRESTORE_PROJECT_ID": "Google Cloud project of Firestore and Secret Manager",
        "FIRESTORE_EMULATOR_HOST": "`host:port` of a Firestore emulator; development only",
        "OBJECT_STORE": "Where media and exports are kept; `folder` only in development",
        "OBJECT_FOLDER": "Private folder of media and exports (with `OBJECT_STORE=folder`)",
        "GCS_BUCKET_MEDIA": "Bucket of media (with `OBJECT_STORE=gcs`)",
        "GCS_BUCKET_EXPORT": "Bucket of exports (with `OBJECT_STORE=gcs`)",
        "STORAGE_EMULATOR_HOST": "`http://host:port` of a Cloud Storage emulator; development only",
    },
    "Secrets": {
        "SECRETS_BACKEND": "Where secrets come from; `gcp`: what the environment does not give is read "
        "from [Secret Manager](operations.md#secrets)",
        "SECRET_MANAGER_EMULATOR_HOST": "`host:port` of a Secret Manager stand-in; development only",
        "PEPPER_SECRET": "Key that turns an identity into `user_key`; never changes in a deployment's life",
        "DATA_ENCRYPTION_KEY": "32 bytes in base64: seals what identifies a person in the profile; several "
        "as `version:base64`, comma separated: all open, the highest version seals",
        "AUDIT_ANCHOR_KEY": "32 bytes in base64: signs the anchors of `audit anchor`, and only there needed",
    },
    "Model": {
        "OPENAI_ENABLED": "Let a model understand what is typed, with the rules as fallback",
        "OPENAI_API_KEY": "Key of the model API",
        "OPENAI_BASE_URL": "Address of the model API",
        "OPENAI_MODEL": "Name of the model",
        "OPENAI_TIMEOUT_SECONDS": "Budget of one turn's model calls; then the rules answer",
        "OPENAI_TRANSCRIPTION_MODEL": "Model that transcribes voice notes; empty: people are asked to write",
        "OPENAI_TOKEN_PRICES": "`input:output`, in US dollars per million tokens; empty counts no cost",
        "VOICE_MAX_SECONDS": "Longest voice note that is transcribed",
    },
    "Conversation": {
        "PRODUCT_DATA": "Folder whose files replace the shipped texts, flows and knowledge",
        "AWAITING_USER_TIMEOUT": "Silence that ends a session with an open question",
        "SESSION_IDLE_TIMEOUT": "Silence that ends a session without an open question",
        "ROUTE_EXTERNAL_COOLDOWN": "Rest after `ROUTE_EXTERNAL`, in which no session opens",
        "HANDOFF_RELEASE_AFTER": "Inactivity that gives a conversation back to the bot",
        "FLOOD_THRESHOLD": "Messages in `FLOOD_WINDOW` above which it is a flood",
        "FLOOD_WINDOW": "Window in which messages of one person are counted",
        "FLOOD_COOLDOWN": "Silence after a first flood; doubles on repeat",
        "FLOOD_COOLDOWN_MAX": "Longest silence after repeated floods",
        "HANDOFF_WEBHOOK_URL": "Address that receives each hand-off as a signed POST",
        "HANDOFF_WEBHOOK_SECRET": "Key that signs hand-off POSTs",
    },
    "Listeners": {
        "INGRESS_HOST": "Address of the public listener",
        "INGRESS_PORT": "Port of the public listener; 0 takes any free one",
        "ADMIN_HOST": "Address of the private listener (metrics, operator API, console)",
        "ADMIN_PORT": "Port of the private listener; 0 takes any free one",
        "ADMIN_TOKEN": "Bearer token of the private listener; required when `ADMIN_HOST` is off loopback",
        "CORS_ORIGINS": "Origins that browsers may call from, comma separated; no effect yet",
        "RATE_LIMIT_PER_MINUTE": "Requests per minute and address on the public listener; 0: no limit",
        "SIMULATOR_PORT": "Port of the local Meta, on 127.0.0.1",
    },
}
"""Assunto → variável → descrição; um teste exige que nenhuma falte."""
