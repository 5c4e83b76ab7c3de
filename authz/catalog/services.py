"""Short names of Tencent Cloud services whose actions the catalog does not list.

They are known to exist, so that a policy for one of them is not taken for a typing error (598/10588). The list holds
the services that published policies name; it decides nothing.
"""

_NAMES = """
account aegis ame antiddos apigw asr as asw batch billing bm bmeip bmlb bmvpc cat cbs ccn ccr ccs cdb cdcs cdn
cdw cfs cfw ciam ckafka clb cloudaudit cls cmq cmqqueue cmqtopic cos csg ctsdb cvm cwp cynosdb dayu dbbrain dc dcdb
dcx dns dnspod domain dts eb ecdn ecm eip emr es faceid finance gaap gme gse gtm hcm iai ic image iotcloud
iotexplorer kms lighthouse live lvb mariadb mgobe mongodb monitor mps mrs nlp ocr organization postgres privatedns
project pts redis scf ses sqlserver ssa ssl ssm tag tat tbaas tbm tbp tcaplusdb tcb tcr tdmq tem ti tiw tke tmt
tpns trtc tse tsf tts vod vpc vpn waf wedata yunjing
"""

OTHER_SERVICES = frozenset(_NAMES.split())
"""Lower-case short names, none of them one of the catalog's own."""
