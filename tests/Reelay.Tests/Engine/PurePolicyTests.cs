using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

public sealed class PurePolicyTests
{
    [Theory]
    [InlineData(4000, null, 400, "measured")]
    [InlineData(4040, null, 400, "measured")]
    [InlineData(9000, null, 400, "measured")]
    [InlineData(2000, null, 200, "measured")]
    [InlineData(2500, null, 300, "measured")]
    [InlineData(10, null, 100, "measured")]
    [InlineData(null, 3.0, 300, "reported")]
    [InlineData(2000, 4.0, 200, "measured")]
    [InlineData(null, null, 400, "requested")]
    public void What_was_delivered_is_settled_never_more_than_was_reserved(int? milliseconds, double? reported, long micros, string basis)
    {
        var task = Rows.Task(price: 400);
        var asset = Rows.Asset(task) with { DurationMilliseconds = milliseconds };
        var usage = reported is { } seconds ? new Usage((decimal)seconds) : null;
        Assert.Equal((micros, basis), Settlement.For(task, [asset], usage));
    }

    [Fact]
    public void A_part_is_rounded_up_and_does_not_overflow()
    {
        var task = Rows.Task(price: 1001);
        Assert.Equal(251, Settlement.For(task, [Rows.Asset(task) with { DurationMilliseconds = 1000 }], null).Micros);
        var dear = Rows.Task(price: long.MaxValue);
        Assert.Equal((long.MaxValue, "measured"), Settlement.For(dear, [Rows.Asset(dear)], null));
        var picture = Rows.Task(price: 70);
        picture = picture with { Order = picture.Order with { Seconds = 0 } };
        Assert.Equal((70, "requested"), Settlement.For(picture, [Rows.Asset(picture)], null));
    }

    [Theory]
    [InlineData("The prompt mentions a person.", "The prompt mentions a person")]
    [InlineData("See https://platform.example.com/docs?x=1 for more", "See for more")]
    [InlineData("refused by api.vendor.ai/v1/videos today", "refused by today")]
    [InlineData("node 10.20.30.40:8000 is busy", "node is busy")]
    [InlineData("worker gpu-7.cluster.local:8000 failed", "worker failed")]
    [InlineData("cannot read /srv/models/wan/weights.bin of this host", "cannot read of this host")]
    [InlineData("mail ops@vendor.example please", "mail please")]
    [InlineData("bad key sk-abcdef123456 sent", "bad key sent")]
    [InlineData("request req_0123456789abcdef failed", "request failed")]
    [InlineData("trace 0af7651916cd43dd8448eb211c80319c lost", "trace lost")]
    [InlineData("job 123e4567-e89b-12d3-a456-426614174000 died", "job died")]
    [InlineData("OpenAI says no", "the model says no")]
    [InlineData("vLLM-Omni and SGLang and Volcengine refused", "the model and the model and the model refused")]
    [InlineData("Kling: content risk", "the model: content risk")]
    [InlineData("HTTP 400 (moderation_blocked): Your request was blocked.", "Your request was blocked")]
    [InlineData("moderation_blocked: Your request was blocked.", "Your request was blocked")]
    [InlineData("HTTP 400: no", null)]
    [InlineData("not sent by channel my-own: a size cannot be asked for", "a size cannot be asked for")]
    [InlineData("  many \n\t spaces.  ", "many spaces")]
    [InlineData("https://only.example.com/link", null)]
    [InlineData("..", null)]
    [InlineData("", null)]
    [InlineData("提示词包含敏感内容", "提示词包含敏感内容")]
    [InlineData("the ratio must be 16:9, at most 1920x1080", "the ratio must be 16:9, at most 1920x1080")]
    public void An_upstreams_words_are_cleaned_for_callers(string message, string? clean) => Assert.Equal(clean, TaskErrors.Clean(message));

    [Fact]
    public void A_long_reason_is_cut()
    {
        var clean = TaskErrors.Clean(string.Concat(Enumerable.Repeat("too long a story ", 100)));
        Assert.Equal(301, clean!.Length);
        Assert.EndsWith("…", clean);
    }

    [Fact]
    public void Every_kind_of_failure_has_a_code_and_words()
    {
        foreach (var kind in Enum.GetValues<ProviderErrorKind>())
        {
            var error = TaskErrors.From(kind, "OpenAI did not like sk-abcdefgh1234");
            Assert.Matches("^[a-z_]+$", error.Code);
            Assert.DoesNotContain("OpenAI", error.Message);
            Assert.DoesNotContain("sk-", error.Message);
            Assert.EndsWith(".", error.Message);
        }

        Assert.Equal("content_policy_violation", TaskErrors.From(ProviderErrorKind.ContentRejected, "x").Code);
        Assert.Equal("The content was refused by the model's safety rules.", TaskErrors.From(ProviderErrorKind.ContentRejected, "").Message);
    }

    [Fact]
    public void A_task_in_hand_keeps_its_newest_row()
    {
        var task = Rows.Task();
        var live = new LiveTask(task, null);
        live.Offer(task with { Version = 3 });
        live.Offer(task with { Version = 2 });
        live.Offer(task with { Version = 3, Progress = 50 });
        Assert.Equal((3, 0), (live.Task.Version, live.Task.Progress));
    }

    [Fact]
    public void A_task_has_one_driver_and_a_wake_up_during_its_work_is_not_lost()
    {
        var live = new LiveTask(Rows.Task(), null);
        Assert.False(live.TryTellDriver());
        Assert.True(live.TryEnter());
        Assert.False(live.TryEnter());
        Assert.False(live.TryLeave());
        Assert.True(live.TryTellDriver());
        Assert.False(live.TryLeave());
        Assert.True(live.TryLeave());
        Assert.True(live.TryEnter());
    }

    [Fact]
    public void Waiting_tasks_are_counted_per_account_and_in_all()
    {
        var counts = new WaitingCounts(new EngineOptions { MaxWaiting = 3, MaxWaitingPerAccount = 2 });
        var mine = Rows.Task();
        counts.Add(mine);
        counts.Add(mine);
        Assert.False(counts.HasRoom(mine.AccountId));
        Assert.True(counts.HasRoom("acct_other"));
        counts.Add(Rows.Task(account: "acct_other"));
        Assert.False(counts.HasRoom("acct_third"));
        counts.Remove(mine);
        Assert.True(counts.HasRoom(mine.AccountId));
    }

    [Fact]
    public void Of_many_who_order_at_once_no_more_get_in_than_there_is_room_for()
    {
        var counts = new WaitingCounts(new EngineOptions { MaxWaitingPerAccount = 50 });
        var entered = 0;
        Parallel.For(0, 1000, _ =>
        {
            if (counts.TryAdd("acct_a")) Interlocked.Increment(ref entered);
        });
        Assert.Equal((50, 50, false), (entered, counts.Total, counts.HasRoom("acct_a")));
        counts.Remove("acct_a");
        Assert.True(counts.TryAdd("acct_a"));
    }
}
