using Reelay.Server.Api.Intents;
using Reelay.Tests.Support;

namespace Reelay.Tests.Intents;

/// <summary>Which tries of a caller stand for one order: the rules at the end of the design's section on submission certainty.</summary>
public sealed class IntentBookTests
{
    private static readonly CallerTry First = new(0, false, null);
    private static readonly CallerTry Retry = new(1, false, null);
    private static readonly CallerTry SecondRetry = new(2, false, null);
    private static readonly CallerTry DotNet = new(0, true, null);

    private readonly ManualTimeProvider _time = new();
    private readonly IntentBook _book;
    private int _count;

    public IntentBookTests() => _book = new IntentBook(_time);

    [Fact]
    public void A_first_try_is_always_a_new_order()
    {
        var one = Order(First);
        Assert.NotEqual(one, Order(First));
    }

    [Fact]
    public void A_retry_stands_for_the_newest_order_that_no_retry_of_its_count_has()
    {
        var (one, two) = (Order(First), Order(First));
        Assert.Equal(two, Find(Retry));
        Assert.Equal(one, Find(Retry));
        Assert.NotEqual(two, Order(Retry));
    }

    [Fact]
    public void Four_orders_that_all_retry_twice_stay_four()
    {
        var orders = Enumerable.Range(0, 4).Select(_ => Order(First)).ToHashSet();
        Assert.Equal(orders, Enumerable.Range(0, 4).Select(_ => Find(Retry)).ToHashSet()!);
        Assert.Equal(orders, Enumerable.Range(0, 4).Select(_ => Find(SecondRetry)).ToHashSet()!);
    }

    [Fact]
    public void What_the_caller_has_read_is_no_match()
    {
        var one = Order(First);
        _book.Read(one);
        Assert.NotEqual(one, Order(Retry));
    }

    [Theory]
    [InlineData("other-key", "order")]
    [InlineData("key", "other-order")]
    public void Neither_is_another_keys_or_another_order(string key, string fingerprint)
    {
        Order(First);
        Assert.True(_book.Enter(key, fingerprint, Retry).IsNew);
    }

    [Fact]
    public void An_order_is_found_for_a_quarter_of_an_hour()
    {
        var one = Order(First);
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(one, Find(Retry));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_book.Enter("key", "order", SecondRetry).IsNew);
    }

    [Theory]
    [InlineData(119, true)]
    [InlineData(121, false)]
    public void A_retry_of_a_refused_try_is_a_new_order_for_two_minutes(int seconds, bool isNew)
    {
        var older = Order(First);
        _book.Refused(_book.Enter("key", "order", First).Entry, isRetried: true);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        var found = _book.Enter("key", "order", Retry);
        Assert.Equal((isNew, isNew ? null : older), (found.IsNew, found.Entry.TaskId));
    }

    [Fact]
    public void A_refusal_is_claimed_once_and_one_that_no_sdk_retries_by_nobody()
    {
        var older = Order(First);
        _book.Refused(_book.Enter("key", "order", First).Entry, isRetried: false);
        Assert.Equal(older, Find(Retry));
        _book.Refused(_book.Enter("key", "order", First).Entry, isRetried: true);
        var retried = Order(SecondRetry);
        Assert.NotEqual(older, retried);
        Assert.Equal(older, Find(SecondRetry));
    }

    [Fact]
    public void A_first_try_that_its_own_retry_overtook_is_no_second_order()
    {
        var one = Order(Retry);
        Assert.Equal(one, Find(First));
        Assert.NotEqual(one, Order(First));
    }

    [Fact]
    public void But_not_where_the_first_try_had_been_refused()
    {
        _book.Refused(_book.Enter("key", "order", First).Entry, isRetried: true);
        var one = Order(Retry);
        Assert.NotEqual(one, Order(First));
    }

    [Fact]
    public void A_retry_waits_for_the_outcome_of_its_first_try()
    {
        var first = _book.Enter("key", "order", First).Entry;
        var waiting = _book.Enter("key", "order", Retry);
        Assert.False(waiting.IsNew);
        Assert.False(waiting.Wait!.IsCompleted);
        _book.Written(first, "task_1");
        Assert.True(waiting.Wait.IsCompletedSuccessfully);
        Assert.Equal("task_1", Find(Retry));
    }

    [Fact]
    public void And_is_the_order_itself_if_there_was_none()
    {
        var first = _book.Enter("key", "order", First).Entry;
        var waiting = _book.Enter("key", "order", Retry);
        _book.Refused(first, isRetried: false);
        Assert.True(waiting.Wait!.IsCompletedSuccessfully);
        Assert.True(_book.Enter("key", "order", Retry).IsNew);
    }

    [Fact]
    public void An_unmarked_order_is_a_retry_only_of_an_answer_that_did_not_arrive()
    {
        var (entry, one) = Undelivered();
        Assert.Equal(one, Find(DotNet));
        IntentBook.Answered(entry, isDelivered: true);
        Assert.NotEqual(one, Order(DotNet));
    }

    [Fact]
    public void An_unmarked_order_waits_for_an_answer_that_is_under_way()
    {
        var first = _book.Enter("key", "order", DotNet).Entry;
        _book.Written(first, "task_1");
        var waiting = _book.Enter("key", "order", DotNet);
        Assert.False(waiting.Wait!.IsCompleted);
        IntentBook.Answered(first, isDelivered: true);
        Assert.True(waiting.Wait.IsCompletedSuccessfully);
        Assert.True(_book.Enter("key", "order", DotNet).IsNew);
    }

    [Fact]
    public void Unmarked_orders_are_found_for_two_minutes_and_by_their_own_kind()
    {
        var (_, one) = Undelivered();
        Assert.True(_book.Enter("key", "order", First).IsNew);
        _time.Advance(TimeSpan.FromSeconds(120));
        Assert.Equal(one, Find(DotNet));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_book.Enter("key", "order", DotNet).IsNew);
    }

    [Fact]
    public void The_book_is_bounded()
    {
        for (var count = 0; count < 1000; count++) Order(First);
        for (var count = 0; count < 256; count++) Assert.NotNull(Find(Retry));
        Assert.True(_book.Enter("key", "order", Retry).IsNew);
    }

    // What a first or new try gives: a task of its own.
    private string Order(CallerTry by)
    {
        var found = _book.Enter("key", "order", by);
        Assert.True(found.IsNew);
        var id = $"task_{++_count}";
        _book.Written(found.Entry, id);
        if (by.IsUnmarked) IntentBook.Answered(found.Entry, isDelivered: true);
        return id;
    }

    private (IntentEntry Entry, string TaskId) Undelivered()
    {
        var entry = _book.Enter("key", "order", DotNet).Entry;
        _book.Written(entry, "task_u");
        IntentBook.Answered(entry, isDelivered: false);
        return (entry, "task_u");
    }

    private string? Find(CallerTry by)
    {
        var found = _book.Enter("key", "order", by);
        Assert.False(found.IsNew);
        Assert.Null(found.Wait);
        if (by.IsUnmarked) IntentBook.Answered(found.Entry, isDelivered: false);
        return found.Entry.TaskId;
    }
}
