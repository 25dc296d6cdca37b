"""Tests of knowledge_base/cantonese.py."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.cantonese import TABLE, to_standard
from knowledge_base.chunking import domain_chunks
from knowledge_base.content import load_content
from knowledge_base.text import normalise

PAIRS = """
办护照要几多钱 = 办护照要多少钱
居住证点样办 = 居住证怎么办
居住证点办 = 居住证怎么办
社保卡去边度攞 = 社保卡去哪里拿
身份证唔见咗点算 = 身份证丢了怎么办
bb入户要咩材料 = 宝宝入户要什么材料
租赁备案归边个部门管 = 租赁备案归哪个部门管
转咗去第二个城市返工,公积金点样搬过去 = 转了去另一个城市上班,公积金怎么搬过去
认定要几耐 = 认定要多久
呢度可唔可以查到社保局喺边 = 这里可不可以查到社保局在哪里
寮步嘅服务点喺边条街 = 寮步的服务点在哪条街
我想去法庭追人工,去边个法院 = 我想去法庭追讨工资,去哪个法院
点解唔批 = 为什么不批
公积金点样先用得 = 公积金怎么才能用
不带户口本得唔得 = 不带户口本行不行
不带户口本,得唔得呀? = 不带户口本,行不行?
细路得唔得办身份证 = 小孩能不能办身份证
冇签合同认工伤得唔 = 没有签合同认工伤行吗
粤省事能登记社保冇 = 粤省事能登记社保吗
阿仔做咗唔够一年,攞唔攞到失业金 = 儿子做了不够一年,能不能拿到失业金
睇病仲报唔报到 = 看病还能不能报
而家使唔使先去登记 = 现在要不要先去登记
系唔系真㗎 = 是不是真的
自己供社保系咪会被退返 = 自己供社保是不是会被退回
你知唔知边间医院可以定点 = 你知不知道哪家医院可以定点
资料啱唔啱,好唔好补多份 = 资料对不对,好不好补多份
驶唔驶影印,洗唔洗填表 = 要不要复印,要不要填表
5该晒,我5知去边d窗口 = 谢谢,我不知道去哪些窗口
吾使本人去,得吾得 = 不用本人去,行不行
唔该帮我查下 = 请帮我查下
多谢晒,唔该 = 谢谢,谢谢
唔好再打俾我 = 不要再打给我
老人家身体唔好,行唔到 = 老人身体不好,走不了
嚟唔切备案点算 = 来不及备案怎么办
我地屋企系咪要入纸 = 我们家里是不是要递交申请
嗰阵时系统坏咗 = 那时候系统坏了
果个部门嘅联系电话 = 那个部门的联系电话
若果个人参保嘅话 = 如果个人参保的话
呢啲资料同埋相片 = 这些资料和照片
啲行李都攞唔返 = 那些行李都拿不回
可唔可以快啲,平啲 = 可不可以快点,便宜点
我既社保卡俾人偷左 = 我的社保卡被人偷了
既然佢唔肯就算 = 既然他不肯就算
返工路上俾车撞,算唔算工伤 = 上班路上被车撞,算不算工伤
畀公司炒咗,仲可唔可以攞失业金 = 被公司辞退了,还可不可以拿失业金
铺头顶咗俾人,牌照点转 = 店铺顶了给人,牌照怎么转
阿叔领紧失业金,自己开铺头 = 叔叔正在领失业金,自己开店铺
俾晒住院费,点样攞番钱 = 给了住院费,怎么拿回钱
阿公唔想返乡下住 = 阿公不想回乡下住
补返张身份证 = 补办身份证
快啲叫人嚟整返个井盖 = 快点叫人来修好个井盖
听日定系下个礼拜去好 = 明天还是下个星期去好
寻日交咗,琴日批咗未 = 昨天交了,昨天批了没有
朝早几点钟开门,晏昼休唔休息 = 早上几点开门,下午休不休息
等咗好耐,就嚟到期 = 等了很久,快到期
要等几多日先知批唔批 = 要等多少天才知道批不批
旧年尾申请,而家冇晒声气 = 去年底申请,现在没了声气
老豆老母同我阿嫲都系本地户口 = 爸爸妈妈同我奶奶都是本地户口
我个仔同个女喺东莞读书 = 我儿子同女儿在东莞读书
我个人冇公司 = 我个人没有公司
阿婆个孙女六岁,冇学位 = 阿婆的孙女六岁,没有学位
阿公过咗身,张卡仲喺唔喺度 = 阿公去世了,张卡还在不在
老细冇出粮,仲欠我人工 = 老板没有发工资,还欠我工资
间厂执笠,老细走佬 = 间厂倒闭,老板跑路
开档口要唔要攞牌 = 开店要不要办证
我间铺请咗个伙计 = 我的铺请了个员工
包租婆唔退按金 = 房东不退押金
供楼可唔可以攞公积金 = 还房贷可不可以拿公积金
屋契唔见咗补领要几耐 = 房产证丢了补领要多久
阿女买咗新楼,契税点计 = 女儿买了新房,契税怎么算
租屋住要唔要报 = 租房住要不要报
考车牌要咩资料 = 考驾驶证要什么资料
外地车牌喺东莞验车得唔得 = 外地车牌在东莞验车行不行
影相唔合格,换张相得唔得 = 拍照不合格,换照片行不行
要俾九蚊定系两旧水 = 要给九元还是两百元
隔篱工厂火烛,好大浓烟,仲有人喺窗口 = 隔壁工厂着火,很大浓烟,还有人在窗口
跌低咗,抖唔到气 = 摔倒了,喘不过气
楼上成晚好嘈,冇得瞓 = 楼上成晚很吵,不能睡
净系得身份证,亦冇户口簿 = 只有身份证,也没有户口簿
梗系要啦,唔系点办 = 当然要,不是怎么办
咁如果我老公唔得闲呢 = 那如果我老公没空呢
佢话要先用系统预约,先生你识唔识 = 他说要先用系统预约,先生你会不会
点样同办事处联系,相关部门系边个 = 怎么同办事处联系,相关部门是哪个
喺东莞做边检嘅亲戚住喺旁边 = 在东莞做边检的亲戚住在旁边
仲裁委话佢哋仲未开庭 = 仲裁委说他们还没开庭
认识佢嘅人话人工窗口休息 = 认识他的人说人工窗口休息
喺银行执行紧贷款 = 在银行执行紧贷款
平均工资系咪公开咗,平时点查 = 平均工资是不是公开了,平时怎么查
整个流程要整理咩资料 = 整个流程要整理什么资料
"""

MANDARIN = """
系统提示联系人填写有误,先生您看怎么处理
父母和子女的关系证明去哪里开
直系亲属优先办理,相关材料是什么
边检站在哪里,边防证怎么办
身边个别人说要先缴费
旁边个体户占道经营
这边个人社保怎么转,那边个税怎么退
周边度假村噪音扰民
重点解决哪些问题,难点解释一下
投诉归哪边处理,旁边处罚公示在哪
接种点样品不合格
采样点办公时间是几点
网点办理社保卡要带什么
门诊选点搞错了怎么改
早点搞定,快点办
发放工资要几天,播放工具坏了
装修返工整改谁负责
拖欠人工费怎么投诉,人工窗口几点上班
人工智能企业有什么补贴
登记费跟住房一样吗,跟住院有关系吗
车牌丢了怎么补
平均工资是多少,平台怎么注册
房屋整理好了,整个屋顶漏水
认识的人介绍,不识字能代签吗
银行流水和通行证要原件吗
食品经营许可证怎么办
仲裁多久出结果
净资产怎么算
bb
宝宝bb霜过敏投诉商家
大家姐妹一起办可以吗
这个女人冒用我身份证
转过身份证号码变了吗
电影相关许可证怎么办理
如果个人缴费断了怎么办
既然已经交了,既要又要不合理
相信政府,互相理解
宜家家居退货不给退
按金额收费还是按件
超出年龄还能办吗
礼拜天办公吗
好好先生饭店有油烟
的士司机拒载怎么投诉
单车停放乱
唔,我想问一下居住证
我开的店叫“唔该茶餐厅”,怎么变更地址
商标《佢哋》能注册吗
美好未来幼儿园怎么报名
可以请求其赔偿,也要求其停止
附近排球馆太吵,而家里有老人
三年期存款利息怎么算
关于边角料处理和单边账
我们几个合伙,系好安全带的宣传谁管
国家依法保护,国家阵地
小女孩两岁,需要床铺头尾相接
"""


def _lines(table: str) -> list[str]:
    return table.strip().splitlines()


@pytest.mark.parametrize("line", _lines(PAIRS))
def test_cantonese_sentence_is_rewritten(line: str) -> None:
    said, standard = line.split(" = ")
    assert to_standard(normalise(said)) == normalise(standard)


@pytest.mark.parametrize("sentence", ["", *_lines(MANDARIN)])
def test_mandarin_sentence_stays_as_it_is(sentence: str) -> None:
    assert to_standard(sentence) == sentence
    assert to_standard(normalise(sentence)) == normalise(sentence)


@pytest.mark.parametrize("said", ["嗰邊點樣辦", "㗎喎", "佢話畀我知", "係咪真嘅"])
def test_traditional_writing_reads_like_the_simplified(said: str) -> None:
    assert not set(to_standard(normalise(said))) & set("嗰𠮶點㗎喎㖞佢畀係咪嘅")


@given(st.text(st.sampled_from("居住证怎么补社保卡多少钱点边系净仲先相")))
def test_words_that_both_share_never_make_a_text_cantonese(text: str) -> None:
    assert to_standard(text) == text


@given(st.text(st.sampled_from("佢唔边度点样冇系先得返埋咗嘅个仔喺架5d“”, ")))
def test_any_mixture_of_cantonese_characters_is_read_without_error(text: str) -> None:
    assert isinstance(to_standard(text), str)


def test_every_word_is_listed_once_and_means_something_else() -> None:
    groups = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["groups"]
    words = [word for group in groups for word in group.get("words", {})]
    assert len(words) > 1000
    assert len(words) == len(set(words))
    assert [word for group in groups for word, standard in group.get("words", {}).items() if word == standard] == []


def test_names_and_statements_of_the_starter_content_are_not_taken_for_cantonese() -> None:
    chunks = [c for chunks in domain_chunks(load_content()).values() for c in chunks if c.kind in ("text", "name")]
    assert [c.text for c in chunks if to_standard(normalise(c.text)) != normalise(c.text)] == []
