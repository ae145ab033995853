using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

public sealed class TaskIdsTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Ids_sort_as_they_were_minted_within_a_millisecond_and_over_many()
    {
        var ids = new TaskIds(_time, Randomness.System);
        var minted = new List<string>();
        for (var i = 0; i < 70_000; i++)
        {
            if (i % 1000 == 999 && i > 68_000) _time.Advance(TimeSpan.FromMilliseconds(1));
            minted.Add(ids.Mint());
        }

        Assert.Equal(minted, minted.Order(StringComparer.Ordinal));
        Assert.Equal(minted.Count, minted.Distinct().Count());
        Assert.All(minted.Take(100), id => Assert.Matches("^task_[0-9a-z]{26}$", id));
    }

    [Fact]
    public void A_clock_that_steps_back_does_not_turn_the_order_round()
    {
        var time = new SteppingTime();
        var ids = new TaskIds(time, Randomness.System);
        var first = ids.Mint();
        time.Now -= TimeSpan.FromHours(1);
        Assert.True(string.CompareOrdinal(first, ids.Mint()) < 0);
    }

    [Fact]
    public void A_shard_depends_on_the_part_behind_the_prefix_alone_and_is_known_for_ever()
    {
        Assert.Equal(TaskIds.ShardOf("task_00000000000000000000000000"), TaskIds.ShardOf("video_00000000000000000000000000"));

        // Rows name their shards; another hash would orphan them.
        Assert.Equal([152, 139, 237], new[] { "task_00000000000000000000000000", "task_01kbxyz0000000000000000000", "task_a" }.Select(id => TaskIds.ShardOf(id)));
    }

    [Fact]
    public void Shards_are_hit_evenly()
    {
        var ids = new TaskIds(_time, Randomness.System);
        var counts = new int[256];
        for (var i = 0; i < 51_200; i++) counts[TaskIds.ShardOf(ids.Mint())]++;

        // 200 are expected in each; seven standard deviations are about 100.
        Assert.All(counts, count => Assert.InRange(count, 100, 300));
    }

    [Theory]
    [InlineData("task_01234567890123456789012345", "task_01234567890123456789012345")]
    [InlineData("video_01234567890123456789012345", "task_01234567890123456789012345")]
    [InlineData("task_0123456789012345678901234", null)]
    [InlineData("task_012345678901234567890123456", null)]
    [InlineData("video_0123456789012345678901234", null)]
    [InlineData("job_01234567890123456789012345", null)]
    [InlineData("TASK_01234567890123456789012345", null)]
    [InlineData("edits", null)]
    [InlineData("", null)]
    public void Ids_of_callers_are_brought_to_one_form(string sent, string? known) => Assert.Equal(known, TaskIds.Normalize(sent));

    [Fact]
    public void Phases_have_words_and_a_table_without_a_way_out_of_the_end()
    {
        foreach (var phase in Enum.GetValues<TaskPhase>())
        {
            Assert.Equal(phase, TaskPhases.Parse(phase.ToWord()));
            Assert.Equal(phase.IsTerminal(), TaskPhases.Next(phase).Count == 0);
            Assert.Equal(!phase.IsTerminal(), TaskPhases.CanFollow(phase, phase));
            Assert.All(TaskPhases.Next(phase), next => Assert.True(TaskPhases.CanFollow(phase, next)));
            if (!phase.IsTerminal()) Assert.Contains(TaskPhase.Failed, TaskPhases.Next(phase));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => ((TaskPhase)99).ToWord());
    }

    private sealed class SteppingTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
