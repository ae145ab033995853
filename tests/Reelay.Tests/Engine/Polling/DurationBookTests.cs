using Microsoft.Extensions.Logging.Abstractions;
using Reelay.Server.Engine.Polling;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine.Polling;

/// <summary>What is learned of durations, and how it is kept.</summary>
public sealed class DurationBookTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void The_assumption_holds_until_enough_results_are_there()
    {
        var book = new DurationBook(_time);
        for (var i = 1; i < DurationHistogram.LeastCount; i++) book.Learn("a", "m", 60, 9, 11);
        _time.Advance(TimeSpan.FromMinutes(5));
        book.TakeChanged();
        Assert.Null(book.Learned("a", "m"));
        Assert.InRange(book.Curve("a", "m", 60).Median, 59, 61);
        book.Learn("a", "m", 60, 9, 11);
        _time.Advance(TimeSpan.FromMinutes(5));
        book.TakeChanged();
        Assert.InRange(book.Learned("a", "m")!.Median, 9, 11);
        Assert.InRange(book.Curve("a", "m", 60).Median, 9, 11);
        Assert.Null(book.Learned("b", "m"));
        Assert.Null(book.Learned("a", "n"));
    }

    [Fact]
    public void Of_orders_that_began_together_the_quick_ones_do_not_stand_for_all()
    {
        var book = new DurationBook(_time);
        var ends = Enumerable.Range(0, 3000).Select(i => 40 + (40 * i / 3000.0)).ToList();
        foreach (var burst in Enumerable.Range(0, 2))
        {
            var at = 0.0;
            foreach (var end in ends)
            {
                _time.Advance(TimeSpan.FromSeconds(end - at));
                at = end;
                book.Learn("a", "m", 60, end - 1, end);
                Assert.InRange(book.Curve("a", "m", 60).Median, 54, 66);
            }

            _time.Advance(TimeSpan.FromMinutes(5));
            book.TakeChanged();
            Assert.Equal(60, book.Learned("a", "m")!.Median, 6.0);
        }
    }

    [Fact]
    public void What_was_learned_is_still_known_after_a_restart_and_written_only_when_it_changed()
    {
        using var folder = new TemporaryFolder();
        using var database = new SqliteDatabase(folder.File("reelay.db"));
        SqliteMigrations.Apply(database.Writer, TimeProvider.System);
        var store = new SqlDurationStore(database, TimeProvider.System);
        var book = new DurationBook(_time);
        for (var i = 0; i < 300; i++)
        {
            book.Learn("a", "m", 60, 95 + (i % 10), 99 + (i % 10));
            book.Learn("b", "m", 60, 4, 5);
        }

        _time.Advance(TimeSpan.FromMinutes(5));
        using (var keeper = new DurationKeeper(book, store, TimeProvider.System, NullLogger<DurationKeeper>.Instance)) keeper.Save();
        Assert.Empty(book.TakeChanged());
        book.Learn("a", "m", 60, 250, 251);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("a", Assert.Single(book.TakeChanged()).Key.ChannelId);

        var next = new DurationBook(_time);
        next.Load(store.Load());
        Assert.Equal(book.Learned("a", "m")!.Median, next.Learned("a", "m")!.Median, 0.1);
        Assert.InRange(next.Learned("b", "m")!.Median, 4, 5);
        Assert.Empty(next.TakeChanged());
    }

    [Fact]
    public void What_could_not_be_written_is_written_with_the_next()
    {
        using var folder = new TemporaryFolder();
        using var database = new SqliteDatabase(folder.File("reelay.db"));
        var store = new SqlDurationStore(database, TimeProvider.System);
        var book = new DurationBook(_time);
        book.Learn("a", "m", 60, 9, 11);
        _time.Advance(TimeSpan.FromMinutes(5));
        using var keeper = new DurationKeeper(book, store, TimeProvider.System, NullLogger<DurationKeeper>.Instance);
        keeper.Save();
        SqliteMigrations.Apply(database.Writer, TimeProvider.System);
        keeper.Save();
        Assert.Single(store.Load());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense 1: :2 -3:4 185:1 5:-1 6:NaN 7:1e30 8:x")]
    public void Weights_that_make_no_sense_are_left_out(string text) => Assert.Equal(0, DurationHistogram.Parse(text).Count);

    [Fact]
    public void A_histogram_is_small_forgets_and_survives_being_written()
    {
        var histogram = new DurationHistogram();
        var known = DurationCurve.Assumed(60);
        for (var i = 0; i < 10_000; i++) histogram.Add(i % 80, (i % 80) + 5, known);
        Assert.InRange(histogram.Count, 199, 201);
        var text = histogram.ToString();
        Assert.InRange(text.Length, 10, 3000);
        Assert.Equal(text, DurationHistogram.Parse(text).ToString());
    }

    [Theory]
    [InlineData(-5, -1)]
    [InlineData(0, 0)]
    [InlineData(10, 3)]
    [InlineData(1e9, 2e9)]
    [InlineData(0, 1e9)]
    public void Odd_spans_harm_nothing(double from, double until)
    {
        var histogram = new DurationHistogram();
        histogram.Add(from, until, DurationCurve.Assumed(60));
        Assert.Equal(1, histogram.Count, 0.001);
        Assert.True(double.IsFinite(histogram.ToCurve().Median));
    }
}
