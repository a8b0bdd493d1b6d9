"""Rows of the table of provider keys, by what they were compared with: `provider | starts | rest`; data only.

`W`, `U` and `X` in braces are letters and digits, these with `-` and `_`, and hexadecimal digits.
"""

from __future__ import annotations

# The forms are facts of the providers; each was compared with the rule of the same provider, whose text is not copied.
GITLEAKS_8 = r"""
AWS access key id | AKIA ASIA ABIA ACCA | [A-Z2-7]{16}
AWS Bedrock key | ABSK | [A-Za-z0-9+/]{109,269}={0,2}
GitHub token | ghp_ gho_ ghu_ ghs_ ghr_ | {W}{36,}
GitHub token | github_pat_ | [A-Za-z0-9_]{60,}
GitLab token | glpat- gldt- glrt- glptt- glft- gloas- glsoat- glimt- glagent- glffct- | {U}{20,}(?:\.[0-9a-z]{9})?
GitLab token | glcbt- | (?:{W}{1,5}_)?{U}{20,}
GitLab token | GR1348941 | {U}{20}
Slack token | xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- | [A-Za-z0-9-]{10,}
Slack token | xoxe.xoxb- xoxe.xoxp- | \d-[A-Z0-9]{100,}
Slack token | xapp- | \d-[A-Za-z0-9-]{20,}
Slack webhook | hooks.slack.com/ | (?:services|workflows|triggers)/T\w+/[AB]\w+/(?:\d+/)?\w{16,}
Discord webhook | discord.com/api/webhooks/ discordapp.com/api/webhooks/ | \d+/[\w-]{40,}
Microsoft Teams webhook | .webhook.office.com/webhookb2/ | [0-9a-f@-]{70,}/IncomingWebhook/[0-9a-f]{32}
Stripe or Clerk webhook secret | whsec_ | [A-Za-z0-9+/]{24,}
Google API key | AIza | {U}{35}
Google OAuth secret | GOCSPX- ya29. | {U}{20,}
SendGrid key | SG. | {U}{16,}\.{U}{16,}
Brevo key | xkeysib- xsmtpsib- | [0-9a-f]{64}-{W}{16}
Twilio key | SK | {X}{32}
Mailgun key | key- | [0-9a-f]{32}
npm token | npm_ | {W}{36}
Python index token | pypi- | {U}{50,}
RubyGems token | rubygems_ | [0-9a-f]{48}
Clojars token | CLOJARS_ | [0-9a-z]{60}
NuGet key | oy2 | [a-z0-9]{43}
Docker token | dckr_pat_ dckr_oat_ | {U}{20,}
Artifactory key | AKCp | {W}{69}
Artifactory token | cmVmd | {W}{59}
Hugging Face token | hf_ api_org_ | {W}{30,}
Anthropic key | sk-ant- | {U}{32,}
OpenAI key | sk-proj- sk-svcacct- sk-admin- sk-or-v1- sk- | {U}{32,}
Perplexity key | pplx- | {W}{40,}
Groq key | gsk_ | {W}{40,}
xAI key | xai- | {W}{70,}
Replicate token | r8_ | {W}{37,}
Resend key | re_ | {W}{6,}_{W}{20,}
DigitalOcean token | dop_v1_ doo_v1_ dor_v1_ | [0-9a-f]{64}
Fly.io token | fo1_ | {U}{43}
Fly.io token | fm1a_ fm1r_ fm2_ | [A-Za-z0-9+/]{100,}={0,3}
Heroku key | HRKU-AA | {U}{58}
Cloudflare origin CA key | v1.0- | [0-9a-f]{24}-[0-9a-f]{146}
Scalingo token | tk-us- | {U}{48}
Neon key | napi_ | {W}{60,}
Supabase key | sbp_ sb_secret_ | {U}{30,}
ClickHouse secret | 4b1d | {W}{38}
Prefect token | pnu_ | {W}{36}
Infracost key | ico- | {W}{32}
Alibaba Cloud key | LTAI | {W}{20}
Tencent Cloud key | AKID | {W}{32}
Shopify token | shpat_ shpca_ shppa_ shpss_ | {X}{32}
JSON Web Token | eyJ | {U}{10,}+\.eyJ{U}{10,}+\.{U}{10,}
JSON Web Token, encoded | ZXlK | [A-Za-z0-9+/]{60,}={0,2}
1Password service account | ops_eyJ | [A-Za-z0-9+/]{250,}={0,3}
1Password secret key | A3- | [A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-?[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}
Vault token | hvs. hvb. hvr. | {U}{20,}
Databricks token | dapi | [0-9a-f]{32}(?:-\d)?
Linear key | lin_api_ | {W}{30,}
Notion token | ntn_ | {W}{46}
Notion token | secret_ | {W}{43}
Airtable token | pat | {W}{14}\.[0-9a-f]{64}
Atlassian token | ATATT3 ATCTT3 | [A-Za-z0-9_=-]{50,}
Adobe secret | p8e- | {W}{32}
Postman key | PMAK- | [0-9a-f]{24}-[0-9a-f]{34}
New Relic key | NRAK- | [A-Z0-9]{27}
Grafana token | glsa_ glc_ | [A-Za-z0-9+/_]{30,}={0,3}
Grafana key | eyJrIjoi | {W}{70,400}={0,3}
Sentry token | sntrys_ | [A-Za-z0-9+/=_]{40,}
Sentry token | sntryu_ | [0-9a-f]{64}
Dynatrace token | dt0c01. | {W}{24}\.{W}{64}
Sonar token | squ_ sqp_ sqa_ | {W}{32,}
Sourcegraph token | sgp_ | (?:(?:{X}{16}|local)_)?{X}{40}
Snyk token | snyk_uat. snyk_sat. | {U}{20,}
Doppler token | dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit. | [A-Za-z0-9._-]{30,}
Pulumi token | pul- | [0-9a-f]{40}
PlanetScale token | pscale_tkn_ pscale_pw_ pscale_oauth_ | [A-Za-z0-9_=.-]{30,}
Harness key | pat. sat. | {U}{22}\.[0-9a-zA-Z]{24}\.{W}{20}
Octopus Deploy key | API- | [A-Z0-9]{26}
OpenShift token | sha256~ | {U}{43}
Readme key | rdme_ | [a-z0-9]{70}
SettleMint token | sm_aat_ sm_pat_ sm_sat_ | {W}{16}
Authress key | sc_ ext_ scauth_ authress_ | {W}{5,30}\.{W}{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}
Frame.io token | fio-u- | [A-Za-z0-9_=-]{64}
42 secret | s-s4t2ud- s-s4t2af- | [0-9a-f]{64}
Facebook page token | EAAM EAAC | {W}{100,}
age identity | AGE-SECRET-KEY-1 | [A-Z0-9]{58}
"""
BETTERLEAKS_2 = r"""
Aikido secret | AIK_SECRET_ AIK_CI_ | {W}{20,64}
Alibaba Cloud temporary key | STS. | (?=[A-Za-z]*\d){W}{16,64}
Apify token | apify_api_ | {W}{34,38}
Asaas token | $aact_prod_ $aact_hmlg_ | {U}{20,100}
AWS Bedrock key | bedrock-api-key- | [A-Za-z0-9+/=]{24,}
Brave Search key | BSA | {U}{27}
Buildkite token | bkaa_ bkaj_ bkar_ bkct_ bkpt_ bkpat_ bkps_ bkua_ | {U}{40,}
GC Notify key | gcntfy- | [a-z0-9_-]{60,}
Canva secret | cnvca | {U}{51}
Cerebras key | csk- | [a-z0-9]{48}
Cfx.re key | cfxk_ | {W}{20,}
CircleCI token | CCIPAT_ CCIPRJ_ | {W}{22}_[0-9a-f]{40}
Cloudsmith key | csa_ | [0-9a-f]{30}{W}{6}
CockroachDB key | CCDB1_ | {W}{22}_{W}{40}
ConfigCat key | configcat-sdk-1/ | {U}{22}/{U}{22}
Cursor key | key_ | [0-9a-f]{64}
Astra token | AstraCS: | {W}{20,}
Defined Networking key | dnkey- | [a-z0-9=_-]{26}-[a-z0-9=_-]{52}
Deno token | ddp_ | {W}{36}
DevCycle key | dvc_server_ | {W}{8,32}
Devin key | apk_ apk_user_ | [A-Za-z0-9+/]{80,180}={0,2}
Devin token | cog_ | [a-z2-7]{52}
Docker Swarm token | SWMTKN-1- | [a-z0-9]{50,60}-[a-z0-9]{24,30}
Docker Swarm key | SWMKEY-1- | [A-Za-z0-9+/]{40,50}
eBay secret | PRD- | [0-9a-f]{8,12}(?:-[0-9a-f]{4,12}){4}
Elastic Cloud key | essu_ | {U}{60,200}={0,2}
ElevenLabs key | sk_ | [0-9a-f]{48}
Exoscale key | EXO | (?=[a-zA-Z]*\d){W}{24,30}
Figma token | figd_ | {U}{38,42}
Gemini key | AQ.Ab8RN6 | {U}{44}
Ionic token | ion_ | {W}{42}
LangSmith key | lsv2_pt_ lsv2_sk_ | {X}{32}_{X}{10}
Lichess token | lip_ | (?=[A-Za-z_]*\d){W}{16,60}
MailerSend token | mlsn. | {W}{30,100}
Mergify key | mergify_application_key_ | {U}{40,200}
MongoDB Atlas secret | mdb_sa_sk_ | {U}{40}
New Relic insert key | NRII- | [a-z0-9-]{32}
NVIDIA key | nvapi- | {U}{60,70}
OneSignal key | os_v2_app_ os_v2_org_ | [a-z2-7]{103}
Pinecone key | pcsk_ | {W}{5,6}_{W}{63}
Pinterest token | pina_ | {U}{20,200}
Polar token | polar_at_ polar_oat_ polar_pat_ | {U}{20,100}
PostHog key | phx_ | {U}{41,49}
Ramp secret | ramp_sec_ | {W}{48}
redirect.pizza or RunPod key | rpa_ | {W}{30,46}
Render key | rnd_ | {W}{28}
Rootly key | rootly_ | [0-9a-f]{64}
Samsara token | samsara_api_ | {W}{26,32}
Slack cookie | xoxd- | [A-Za-z0-9%/+_-]{100,}={0,2}
Slack session token | xoxc- | \d{9,15}-\d{9,15}-\d{9,15}-[0-9a-f]{64}
Tailscale key | tskey-api- tskey-auth- tskey-client- tskey-scim- tskey-webhook- | {U}{20,60}
Thunderstore token | tss_ | (?=[A-Za-z_-]*\d){U}{20,80}
Together AI key | tgp_v1_ | {U}{43}
Typeform token | tfp_ | [A-Za-z0-9_.=-]{59}
Unkey key | unkey_ | (?=[A-Za-z]*\d){W}{20,32}
UpCloud token | ucat_ | {W}{24,32}
Val Town token | vtwn_ | {U}{20,80}
Vercel key | vck_ vca_ vcr_ vci_ vcp_ | {U}{56}
WakaTime key | waka_ | [a-z0-9-]{36,64}
Weights & Biases key | wandb_v1_ | [A-Za-z0-9_]{77}
Workato token | wrka- wrkaus- wrkaeu- wrkajp- wrkasg- wrkaau- | eyJ{U}{8,}\.{U}{16,}\.{U}{64,}
Zuplo key | zpka_ | [a-z0-9]{32}_[0-9a-f]{8}
"""
