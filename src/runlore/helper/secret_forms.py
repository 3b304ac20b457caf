"""The forms of tokens that can be told without a name beside them, by their makers' prefixes."""

from __future__ import annotations

import re

_WHOLE = (
    # clouds
    r"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}(?![A-Za-z0-9])",
    r"AIza[\w\-]{30,}",
    r"ya29\.[\w\-]{20,}",
    r"GOCSPX-[\w\-]{20,}",
    r"do[opr]_v1_[0-9a-f]{32,}",
    r"dapi[0-9a-f]{32}(?:-\d)?",
    # code and packages
    r"gh[opsur]_[A-Za-z0-9]{20,}",
    r"github_pat_\w{20,}",
    r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent)-[\w\-]{16,}",
    r"ATATT3[\w\-=]{20,}",
    r"npm_[A-Za-z0-9]{30,}",
    r"pypi-[\w\-]{30,}",
    r"rubygems_[0-9a-f]{40,}",
    r"dckr_[op]at_[\w\-]{20,}",
    # models and experiments
    r"hf_[A-Za-z0-9]{20,}",
    r"api_org_[A-Za-z0-9]{20,}",
    r"sk-[A-Za-z0-9]{20,}",
    r"sk-(?:ant|admin|lf|live|or|proj|svcacct|test)-[\w\-]{16,}",
    r"gsk_[A-Za-z0-9]{20,}",
    r"xai-[A-Za-z0-9]{20,}",
    r"pplx-[A-Za-z0-9]{20,}",
    r"r8_[A-Za-z0-9]{20,}",
    r"lsv2_[a-z]{2}_\w{20,}",
    r"pcsk_\w{20,}",
    r"wandb_v1_\w{20,}",
    r"KGAT_[0-9a-f]{32}",
    r"eyJhcGlf[A-Za-z0-9+/=]{40,}",  # Neptune: Base64 of {"api_
    # messages and payment
    r"xox[abeoprs]-[\w\-]{10,}",
    r"xapp-[\w\-]{20,}",
    r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}",
    r"whsec_[A-Za-z0-9+/=]{16,}",
    r"SG\.[\w\-]{16,}\.[\w\-]{16,}",
    r"SK[0-9a-f]{32}(?![0-9a-f])",
    r"(?<!-)key-[0-9a-f]{32}(?![0-9a-f])",
    r"[0-9]{8,10}:AA[\w\-]{30,}",
    # the rest
    r"hv[bs]\.[\w\-]{20,}",
    r"gl(?:c|sa)_[\w+/=]{20,}",
    r"sntry[su]_[\w+/=\-]{20,}",
    r"NRAK-[A-Z0-9]{20,}",
    r"PMAK-[0-9a-f\-]{30,}",
    r"figd_[\w\-]{20,}",
    r"lin_api_\w{20,}",
    r"(?:ntn|secret)_[A-Za-z0-9]{40,}",
    r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    r"tskey-[a-z]+-[\w\-]{16,}",
    r"AGE-SECRET-KEY-1[0-9A-Z]{50,}",
    r"eyJ[\w\-]{8,}\.eyJ[\w\-]{8,}\.[\w\-]{8,}",  # a JSON web token
    r"LS0tLS1CRUdJTiB(?:SU0|FQy|PUE|QUk|FTk|EU0)[A-Za-z0-9+/=]{40,}",  # Base64 of a PEM key
)
# With what stands before the secret itself, which stays.
_WITH_CONTEXT = (
    r"hooks\.slack\.com/(?:services|workflows)/(?=[\w/]{20})",
    r"discord(?:app)?\.com/api/webhooks/[0-9]{10,}/(?=[\w\-]{20})",
    r"webhook\.office\.com/webhookb2/(?=[\w@\-/]{20})",
)

KNOWN_FORMS = re.compile(
    rf"(?<![A-Za-z0-9_])(?:{'|'.join(_WHOLE)})|[A-Za-z0-9_~.]{{3}}[78]Q~[\w~.\-]{{31,34}}"
)
WEBHOOKS = re.compile(rf"(?P<before>{'|'.join(_WITH_CONTEXT)})(?P<value>[\w@/\-]+)")
