"""Which test holds which row of the manual (sections 1 to 5 of cam-language.md), and which rows are not ours.

A row is named by its section and the beginning of its text.
"""

_PARSE = "language/test_parse.py"
_TRUST = "language/test_trust.py"
_ACTION = "language/test_action.py"
_RESOURCE = "language/test_resource.py"
_OPERATOR = "language/test_condition.py"
_VALUES = "language/test_operators.py"
_CONDITIONS = "engine/test_conditions.py"
_KEYS = "engine/test_rows_conditions.py"
_ROWS = "engine/test_rows_resources.py"
_RULES = "engine/test_rules.py"
_ASSUME = "engine/test_assume.py"
_DECISION = "engine/test_evaluate.py"
_A_KEY = f"{_KEYS}::test_a_condition_key_of_the_manual_decides"
_COVERS = f"{_RULES}::test_a_resource_pattern_covers_what_the_manual_says"
_COMPARES = f"{_CONDITIONS}::test_an_operator_compares_as_documented"
_QUALIFIED = f"{_CONDITIONS}::test_several_actual_values_are_combined_by_the_qualifier"
_NAMES = f"{_ASSUME}::test_a_trust_policy_names_its_principals_in_many_ways"
_UNKNOWN_KEY = f"{_PARSE}::test_unknown_elements_of_a_statement_are_refused"
_ACTION_SET = f"{_ACTION}::test_a_numbered_action_set_is_accepted_and_matches_no_action"

TESTS = {
    "1.1 version": f"{_PARSE}::test_the_only_version_is_the_string_2_0",
    "1.1 statement mandatory": f"{_PARSE}::test_all_statements_of_a_list_are_read_in_order",
    "1.1 statement as a bare object": f"{_PARSE}::test_a_statement_without_brackets_is_a_list_of_one",
    "1.1 element order": f"{_PARSE}::test_the_order_of_elements_does_not_matter",
    "1.1 reserved words": f"{_PARSE}::test_element_names_are_lower_case",
    "1.1 unknown keys": _UNKNOWN_KEY,
    "1.1 JSON": f"{_PARSE}::test_text_that_is_not_json_is_refused",
    "1.1 duplicate JSON keys": f"{_PARSE}::test_duplicate_elements_are_refused",
    "1.1 effect": f"{_PARSE}::test_the_effect_is_allow_or_deny",
    "1.1 condition": f"{_PARSE}::test_an_absent_or_empty_condition_is_none",
    "1.1 not_action": _UNKNOWN_KEY,
    "1.1 sid / id": _UNKNOWN_KEY,
    "1.1 policy-level principal": f"{_TRUST}::test_a_principal_beside_the_statements_applies_to_all_that_name_none",
    "1.2 `*` or `*:*`": f"{_ACTION}::test_every_spelling_of_everything_admits_every_action",
    "1.2 `name/*:*`": f"{_ACTION}::test_every_spelling_of_everything_admits_every_action",
    "1.2 `svc:Action`": f"{_ACTION}::test_the_prefix_name_is_optional_on_both_sides",
    "1.2 `svc:*`": f"{_ACTION}::test_a_star_may_be_anywhere_in_the_api_name",
    "1.2 `permid/NNNN`": _ACTION_SET,
    "1.2 `actionName/…`": _ACTION_SET,
    "1.2 `?` wildcard": f"{_ACTION}::test_a_question_mark_is_a_literal_character",
    "1.2 wildcard in the service part": f"{_ACTION}::test_a_star_inside_the_service_part_is_a_wildcard",
    "1.2 case of service part": f"{_ACTION}::test_neither_part_distinguishes_upper_and_lower_case",
    "1.2 case of the API name": f"{_ACTION}::test_neither_part_distinguishes_upper_and_lower_case",
    "1.2 blanks": f"{_ACTION}::test_blanks_around_the_parts_of_a_pattern_are_trimmed",
    "1.2 unknown service": "accounts/test_build.py::test_a_policy_may_name_services_and_actions_that_the_catalog_lacks",
    "1.2 list": f"{_DECISION}::test_any_action_and_any_resource_of_a_statement_match",
    "1.3 1 qcs": f"{_RESOURCE}::test_anything_but_a_star_or_six_segments_is_refused",
    "1.3 2 project_id": f"{_RESOURCE}::test_a_policy_must_leave_the_project_empty",
    "1.3 3 service_type": f"{_RESOURCE}::test_empty_service_and_region_of_a_pattern_mean_all",
    "1.3 4 region": f"{_RESOURCE}::test_old_and_new_region_names_are_one_region",
    "1.3 5 account": f"{_RESOURCE}::test_an_empty_account_means_the_policys_own_account_and_not_any",
    "1.3 6 resource": f"{_ROWS}::test_every_published_format_of_a_last_segment_matches_itself",
    "1.3 splitting": f"{_RESOURCE}::test_further_colons_belong_to_the_last_segment_of_products_that_have_them",
    "1.3 `qcs::im::": f"{_RESOURCE}::test_an_im_resource_has_six_segments_of_which_two_are_empty",
    "1.3 `qcs::sms::": "e2e/test_requirements.py::test_item_25_sms_names_its_applications_alike",
    "1.3 empty region in policy": _COVERS,
    "1.3 empty region in request": _COVERS,
    "1.3 `*` inside segment 6": _COVERS,
    "1.3 `*` in segments 3-5": f"{_RESOURCE}::test_a_star_as_account_is_any",
    "1.3 `?`": _COVERS,
    '1.3 "prefix match"': f"{_ROWS}::test_a_directory_is_covered_with_all_that_is_in_it_where_names_are_paths",
    "1.3 fewer than six segments": f"{_RESOURCE}::test_the_anonymous_principal_is_not_a_resource",
    "1.3 case of segment 3": f"{_RESOURCE}::test_service_region_and_account_fold_case_and_the_last_segment_does_not",
    "1.3 case of segment 4, 5": f"{_RESOURCE}::test_service_region_and_account_fold_case_and_the_last_segment_does_not",
    "1.3 case of segment 6": f"{_RESOURCE}::test_service_region_and_account_fold_case_and_the_last_segment_does_not",
    "1.3 stray blanks": f"{_ROWS}::test_blanks_around_a_segment_are_nothing_and_blanks_inside_are_part_of_the_name",
    "1.3 several resources": f"{_ROWS}::"
    "test_each_of_several_resources_of_one_request_may_be_granted_by_another_statement",
    "1.4 identity policy": f"{_PARSE}::test_an_identity_policy_names_no_principal",
    "1.4 role trust policy": f"{_TRUST}::test_a_trust_policy_names_who_may_assume_the_role",
    "1.4 `qcs::cam::uin/R:root` in a trust": f"{_ASSUME}::test_both_sides_must_agree",
    "1.4 `qcs::cam::uin/R:uin/R`": _NAMES,
    "1.4 `qcs::cam::uin/R:uin/S`": _NAMES,
    "1.4 `qcs::cam::uid/APPID:uin/S`": f"{_ROWS}::test_a_trust_policy_may_name_the_account_by_its_appid",
    "1.4 `qcs::cam::uin/R:groupid/G`": _NAMES,
    "1.4 anonymous": _NAMES,
    "1.4 service names": f"{_ROWS}::test_both_forms_of_service_names_are_accepted",
    "1.4 wildcard": _NAMES,
    "1.5 characters in one policy": f"{_PARSE}::test_a_document_may_have_6144_characters_and_not_one_more",
    "1.5 statements per policy": "language/test_rows_limits.py::"
    "test_statements_and_lists_are_bounded_by_the_length_of_the_document_alone",
    "2.1 string_equal / ": _COMPARES,
    "2.1 string_equal_ignore_case": _COMPARES,
    "2.1 string_like": _COMPARES,
    "2.1 numeric_equal": _COMPARES,
    "2.1 date_equal": _COMPARES,
    "2.1 bool_equal": _COMPARES,
    "2.1 binary_equal": _COMPARES,
    "2.1 ip_equal": _COMPARES,
    "2.1 null_equal": f"{_CONDITIONS}::test_null_equal_asks_for_the_key_itself",
    "2.1 `<op>_if_exist`": f"{_OPERATOR}::test_every_operator_but_null_equal_takes_the_suffix",
    "2.1 `for_any_value:<op>`": f"{_OPERATOR}::test_a_set_qualifier_combines_with_the_suffix",
    "2.1 arn/qcs-specific": f"{_OPERATOR}::test_text_that_is_not_an_operator_is_refused",
    "2.2 1.": f"{_CONDITIONS}::test_several_expected_values_are_alternatives_and_a_negation_excludes_them_all",
    "2.2 2.": f"{_KEYS}::test_keys_under_one_operator_must_all_hold",
    "2.2 3.": f"{_KEYS}::test_operators_of_one_condition_must_all_hold",
    "2.2 4.": f"{_KEYS}::test_a_request_without_the_key_slips_through_a_negated_deny_as_documented",
    "2.2 5.": f"{_CONDITIONS}::test_a_missing_key_is_false_also_under_negation_unless_it_need_not_exist",
    "2.2 6.": f"{_CONDITIONS}::test_an_empty_string_is_a_value",
    "2.2 7.": f"{_CONDITIONS}::test_several_expected_values_are_alternatives_and_a_negation_excludes_them_all",
    "2.2 8.": _QUALIFIED,
    "2.2 9.": _QUALIFIED,
    "2.2 10.": _QUALIFIED,
    "2.2 11.": _QUALIFIED,
    "2.2 12.": _QUALIFIED,
    "2.2 13.": f"{_KEYS}::test_a_value_of_another_type_neither_allows_nor_escapes_a_deny",
    "2.3 date": f"{_VALUES}::test_dates_with_an_offset_are_the_same_moment",
    "2.3 IP single": f"{_VALUES}::test_published_forms_of_a_value_are_read",
    "2.3 IPv6": f"{_KEYS}::test_addresses_of_version_6_follow_the_same_rule",
    "2.3 bool": f"{_VALUES}::test_published_forms_of_a_value_are_read",
    "2.3 number": f"{_VALUES}::test_published_forms_of_a_value_are_read",
    "2.3 tag": f"{_KEYS}::test_a_tag_is_one_text_of_key_and_value_in_any_script",
    "2.3 request values": f"{_KEYS}::test_values_from_the_parameters_of_a_url_are_compared_as_they_are_encoded",
    "2.4 qcs:current_time": f"{_KEYS}::test_the_current_time_is_that_of_the_server",
    "2.4 qcs:ip": _A_KEY,
    "2.4 qcs:mfa": _A_KEY,
    "2.4 qcs:resource_tag string set": _A_KEY,
    "2.4 qcs:request_tag": _A_KEY,
    "2.4 qcs:resource_tag/": _A_KEY,
    "2.4 qcs:tag": _A_KEY,
    "2.4 qcs:create_uin": _A_KEY,
    "2.4 qcs:uin": f"{_KEYS}::test_the_callers_identity_is_known_without_a_context",
    "2.4 qcs:vpc": _A_KEY,
    "2.4 vpc:requester_vpc": _A_KEY,
    "2.4 mfa": _A_KEY,
    "2.4 cos:secure-transport": _A_KEY,
    "2.4 cvm:region": _A_KEY,
    "2.4 bmvpc:unVpcId": _A_KEY,
    "3 `${uin}`": "engine/test_plan.py::test_a_user_is_bound_to_its_own_uin_and_a_role_to_none",
    "3 `${owner_uin}`": "engine/test_plan.py::test_the_account_and_its_appid_are_bound_for_users_and_roles",
    "3 `${app_id}`": "engine/test_plan.py::test_the_account_and_its_appid_are_bound_for_users_and_roles",
    "3 `${qcs:principal_tag_key}`": f"{_CONDITIONS}::test_each_tag_of_the_principal_counts",
    "5.1 1.": f"{_DECISION}::test_a_user_without_policy_is_denied",
    "5.1 3.": f"{_DECISION}::test_the_combining_rule_holds_for_every_combination",
    "5.1 root account": f"{_DECISION}::test_the_root_account_may_do_everything_with_its_own",
    "5.1 can deny policies": f"{_ROWS}::test_policies_do_not_bind_the_root_account",
    "5.1 sub-account": f"{_ROWS}::test_creating_a_resource_gives_no_right_to_it",
    "5.1 groups": f"{_DECISION}::test_a_deny_in_a_group_wins_over_an_own_allow",
    "5.1 role session": f"{_DECISION}::test_the_policies_of_users_do_not_reach_a_role_session",
    "5.3 0 ": f"{_DECISION}::test_the_root_account_may_do_everything_with_its_own",
    "5.3 2 ": "engine/test_plan.py::test_a_deny_in_a_boundary_is_cited_as_such",
    "5.3 4 ": f"{_DECISION}::test_a_policy_of_the_user_or_of_one_of_its_groups_suffices",
    "5.3 5 ": f"{_ROWS}::test_a_boundary_of_a_role_bounds_its_sessions",
    "5.3 - cross-account": f"{_ROWS}::test_the_resources_of_another_account_are_reached_as_a_role_of_it_only",
}

_CONTROL_PLANE = "a limit on what an account stores, which the control plane keeps; a directory may hold more"
_RESOURCE_POLICY = "policies of buckets and queues are decided by their products; IM and SMS have none"
_SESSION_POLICY = "no request names a session policy"
_FEDERATED = "AssumeRoleWithSAML and -WithWebIdentity are decided by STS; Check's callers are users, roles and root"
_SCP = "service control policies belong to group accounts"

OUT_OF_SCOPE = {
    "1.4 STS session policy": _SESSION_POLICY,
    "1.4 COS bucket policy": _RESOURCE_POLICY,
    "1.4 general default policies": "the account API's own; an optional built-in that is not built",
    "1.4 SCP": _SCP,
    "1.5 custom policies per root account": _CONTROL_PLANE,
    "1.5 policies directly attached": _CONTROL_PLANE,
    "1.5 versions of a custom policy": _CONTROL_PLANE,
    "1.5 user groups": _CONTROL_PLANE,
    "1.5 groups per sub-account": _CONTROL_PLANE,
    "1.5 description length": _CONTROL_PLANE,
    "1.5 OIDC": _FEDERATED,
    "1.5 session policy length": _SESSION_POLICY,
    "2.4 saml:aud": _FEDERATED,
    "2.4 oidc:iss": _FEDERATED,
    "2.4 sms:*": "no key is documented",
    "5.1 collaborator": "a user like any other here: attachments know no other kind",
    "5.1 default version": "a directory holds one version of a policy",
    "5.1 billing": "neither finance nor its presets are served",
    "5.3 1 ": _SCP,
    "5.3 3 ": _RESOURCE_POLICY,
    "5.3 6 ": _SESSION_POLICY,
    "5.3 - boundary vs": _RESOURCE_POLICY,
    "5.3 - anonymous deny": _RESOURCE_POLICY,
}
