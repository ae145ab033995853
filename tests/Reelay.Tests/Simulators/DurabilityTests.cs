using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

public sealed class DurabilityTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("reelay-test-");

    [Fact]
    public async Task Jobs_submissions_and_speed_survive_a_restart()
    {
        ManualTime time = new();
        string id;
        await using (SandboxHost first = await StartAsync(time))
        {
            using Caller caller = Caller.To(first);
            id = await caller.CreateAsync("a fox [slow:100]");
            await Assert.ThrowsAsync<HttpRequestException>(() => caller.CreateAsync("lost [drop:after-accept]"));
            Assert.Equal(400, (await caller.PostFormAsync("videos", ("prompt", "bad"), ("size", "1x1"))).Status);
            first.Core.SetSpeed(factor: 10, durationSeconds: 3);
        }

        time.Advance(5);
        await using SandboxHost second = await StartAsync(time);
        using Caller again = Caller.To(second);
        Assert.Equal("in_progress", (await again.GetAsync($"videos/{id}")).Word("status"));
        time.Advance(5);
        Assert.Equal("completed", (await again.GetAsync($"videos/{id}")).Word("status"));
        Assert.Equal(
            [("bad", false), ("lost [drop:after-accept]", true), ("a fox [slow:100]", true)],
            second.Submissions.Select(submission => (submission.Row.Prompt, submission.Row.Accepted)));
        Assert.Equal((10, 3), (second.Speed.Factor, second.Speed.DurationSeconds));
    }

    [Fact]
    public async Task An_accepted_row_is_committed_when_the_create_is_answered()
    {
        await using SandboxHost sandbox = await StartAsync(new ManualTime());
        using Caller caller = Caller.To(sandbox);
        string id = await caller.CreateAsync("a fox");
        await caller.CreateAsync("a fox");

        // Another connection reads the file as a process would that finds it after a crash.
        using SqliteSandboxStore reader = new(Path.Combine(_folder.FullName, "sandbox.db"));
        Assert.Equal(2, reader.Submissions(new SubmissionFilter { Prompt = "fox" }).Count(row => row.Accepted));
        Assert.NotNull(reader.FindJob("openai", id));
    }

    [Fact]
    public async Task Reset_removes_everything_for_good()
    {
        ManualTime time = new();
        await using (SandboxHost first = await StartAsync(time))
        {
            using Caller caller = Caller.To(first);
            await caller.CreateAsync("a fox");
            first.Core.Reset();
            Assert.Empty(first.Submissions);
        }

        await using SandboxHost second = await StartAsync(time);
        Assert.Empty(second.Submissions);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Task<SandboxHost> StartAsync(ManualTime time)
    {
        SandboxOptions options = World.Options(time);
        options.DataFolder = _folder.FullName;
        options.Random = new SystemRandomSource();
        return SandboxHost.StartAsync(options);
    }
}
