"""The deeds beside the plain way of a case, each a page like the others."""

from petitions.actions import (
    accusing,
    closing,
    completing,
    correcting,
    extending,
    helping,
    mediating,
    objecting,
    pausing,
    recusing,
    reviewing,
    supervising,
    voiding,
)
from petitions.deed import Deed
from petitions.forms import accusing as accusing_forms
from petitions.forms import closing as closing_forms
from petitions.forms import completing as completing_forms
from petitions.forms import extending as extending_forms
from petitions.forms import helping as helping_forms
from petitions.forms import pausing as pausing_forms
from petitions.forms import recusing as recusing_forms
from petitions.forms import reviewing as reviewing_forms

E, C = extending_forms, closing_forms
FURTHER_DEEDS = {
    "extension": Deed("apply_extension", E.ExtensionForm, extending.apply_extension, "延期申请已提交，等待审批。"),
    "extension-ruling": Deed("rule_extension", E.ExtensionRulingForm, extending.rule_extension, "延期申请已审批。", button="保存审批意见"),
    "objection": Deed("object", E.ObjectionForm, objecting.object_to, "异议已提出，等转出单位核实。"),
    "objection-ruling": Deed("rule_objection", E.ObjectionRulingForm, objecting.rule_objection, "核实意见已登记。", button="保存核实意见"),
    "closing-proposal": Deed("propose_closing", C.ClosingForm, closing.propose_closing, "已提交，等待签发。", button="提交"),
    "merger": Deed("merge", C.MergeForm, closing.merge, "已并案，请把告知书送达信访人。"),
    "sending-out": Deed("send_out", C.SendOutForm, closing.send_out, "已转送，请把告知书送达信访人。"),
    "withdrawal": Deed("withdraw", C.WithdrawForm, closing.withdraw, "撤回已登记，本件已办结。"),
    "review": Deed("request_review", reviewing_forms.ReviewRequestForm, reviewing.request_review, "已登记，等受理机关审查。", button="登记请求"),
    "pause": Deed("open_pause", pausing_forms.PauseForm, pausing.open_pause, "期限已中止。"),
    "resumption": Deed("end_pause", pausing_forms.ResumeForm, pausing.end_pause, "期限已恢复计算。"),
    "mediation": Deed("open_mediation", pausing_forms.MediationForm, mediating.open_mediation, "调解已开始，期限照常计算。"),
    "mediation-end": Deed("end_mediation", pausing_forms.MediationEndForm, mediating.end_mediation, "调解结果已登记。"),
    "sealing": Deed("seal_over", accusing_forms.SealForm, accusing.seal_over, "已移交，请把告知书送达信访人。"),
    "supervision": Deed("supervise", helping_forms.SupervisionForm, supervising.supervise, "已发出，等待答复。", button="发出"),
    "supervision-answer": Deed("answer_supervision", helping_forms.SupervisionAnswerForm, supervising.answer_supervision, "已答复。"),
    "urgent-report": Deed("report_urgent", helping_forms.UrgentForm, supervising.report_urgent, "紧急报告已登记。", button="保存"),
    "late-reason": Deed("set_late_reason", helping_forms.LateForm, supervising.set_late_reason, "超期原因已登记。", button="保存"),
    "referral": Deed("refer_to_aid", helping_forms.AidForm, helping.refer_to_aid, "已转介，等对方接收。", button="转介"),
    "referral-cancellation": Deed("cancel_referral", helping_forms.AidCancelForm, helping.cancel_referral, "转介已取消。"),
    "delegation": Deed("delegate_delivery", helping_forms.DelegateForm, helping.delegate_delivery, "已委托，等服务站送达。"),
    "query-code": Deed("reissue_query_code", helping_forms.QueryCodeForm, helping.reissue_query_code, "查询码已补发。"),
    "voiding": Deed("void_notice", helping_forms.VoidForm, voiding.void_notice, "文书已作废。"),
    "recusal": Deed("declare_recusal", recusing_forms.RecusalForm, recusing.declare_recusal, "已提出，等待决定。"),
    "recusal-ruling": Deed("rule_recusal", recusing_forms.RecusalRulingForm, recusing.rule_recusal, "回避已决定。", button="保存决定"),
    "completion": Deed("complete_petitioner", completing_forms.CompleteForm, completing.complete_petitioner, "已补充。", button="保存"),
    "correction": Deed("correct", C.CorrectForm, correcting.correct, "已更正。"),
}  # fmt: skip
