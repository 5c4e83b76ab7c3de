"""Short names of Tencent Cloud services whose actions the catalog does not list.

A policy for one of them is not reported as misspelt (598/10588). The list contains the services that published policies
name and those of the official SDKs. It affects no decision; new services appear every month.
"""

_NAMES = """
aai aca account acp adp advisor aegis af afc ags ai3d aiart alb ame ams anicloud antiddos ape api apigateway apigw apis
apm as asr asw ba batch bda bh bi billing bizlive bm bma bmeip bmlb bmvpc bpaas bri bsca btoe ca captcha car cat cbs
ccc ccn ccr ccs cdb cdc cdcs cdn cds cdw cdwch cdwdoris cdwpg cdz cetcd cfg cfs cfw chc chdfs ciam cii ckafka clb
cloudapp cloudaudit cloudhsm cloudmate cloudrc cloudstudio cls cme cmq cmqqueue cmqtopic cms cngw config controlcenter
cos cpdp csg csip csxg ctem ctsdb cvm cwp cws cynosdb dasb dataagent dayu dbbrain dbdc dbs dc dcdb dcx dlc dns dnspod
domain drm ds dsgc dts eb ecc ecdn ecm eiam eip eis emr es ess essbasic evt facefusion faceid finance fmu ft fwm ga2
gaap gme goosefs gs gse gtm gwlb habo hai hasim hcm hunyuan iai iap ic icr ie ig igtm image ims ioa iot iotcloud
iotexplorer iotvideo iotvideoindustry irp iss ivld keewidb kms lcic lighthouse live lke lkeap lowcode lvb mall mariadb
market memcached mgobe mmps mna mongodb monitor mps mqtt mrs ms msp nlp npp oceanus ocr omics organization partners
portal postgres privatedns project pts rce redis region rum scf securitylake ses smh smop soe sqlserver ssa ssl sslpod
ssm svp taf tag tat tbaas tbm tbp tcaplusdb tcb tcbr tccatalog tchd tcm tcr tcss tdai tdcpg tdid tdmq tdmysql tds tem
teo thpc ti tia tiia tione tiw tke tkgdq tms tmt tokenhub tourism tpns trabbit trocket trp trro trtc tse tsf tsi tsw
tts vcg vclm vcube vdb vm vms vod vpc vpn vrs vtc waf wav wedata weilingwith wimgs wsa wss yinsuda yunjing yunsou
"""

OTHER_SERVICES = frozenset(_NAMES.split())
"""Short names in lower case, without those of the catalog."""
