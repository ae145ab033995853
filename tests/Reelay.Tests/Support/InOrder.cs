using System.Reflection;
using Reelay.Tests.Support;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestFramework(typeof(InOrderFramework))]

namespace Reelay.Tests.Support;

/// <summary>
/// xunit's own framework, but for one thing: collections begin in the order that <see cref="LongestFirst"/> gave them. By itself it hands all of them
/// to the thread pool at once, which takes them from either end.
/// </summary>
public sealed class InOrderFramework : XunitTestFramework
{
    protected override ITestFrameworkExecutor CreateExecutor(Assembly assembly) =>
        new Executor(new XunitTestAssembly(assembly, configFileName: null, assembly.GetName().Version));

    private sealed class Executor(IXunitTestAssembly assembly) : XunitTestFrameworkExecutor(assembly)
    {
        public override async ValueTask RunTestCases(
            IReadOnlyCollection<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions, CancellationToken cancellationToken)
        {
            await using var context = new XunitTestAssemblyRunnerContext(TestAssembly, testCases, executionMessageSink, executionOptions, cancellationToken);
            await context.InitializeAsync();
            await new Runner().RunAsync(context);
        }
    }

    private sealed class Runner : XunitTestAssemblyRunnerBase<XunitTestAssemblyRunnerContext, IXunitTestAssembly, IXunitTestCollection, IXunitTestCase>
    {
        private readonly Dictionary<IXunitTestCollection, (Task Before, TaskCompletionSource Own)> _turns = [];

        public ValueTask<RunSummary> RunAsync(XunitTestAssemblyRunnerContext context) => Run(context);

        protected override List<(IXunitTestCollection Collection, List<IXunitTestCase> TestCases)> OrderTestCollections(XunitTestAssemblyRunnerContext ctxt)
        {
            var ordered = base.OrderTestCollections(ctxt);
            var before = Task.CompletedTask;
            foreach (var (collection, _) in ordered.Where(pair => !pair.Collection.DisableParallelization))
            {
                var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _turns[collection] = (before, own);
                before = own.Task;
            }

            return ordered;
        }

        // The base waits for one of the places that run at once, and those who wait there are served in turn.
        protected override async ValueTask<RunSummary> RunTestCollection(
            XunitTestAssemblyRunnerContext ctxt, IXunitTestCollection testCollection, IReadOnlyCollection<IXunitTestCase> testCases)
        {
            if (_turns.TryGetValue(testCollection, out var turn))
            {
                // Where the run is broken off, whoever was to come before may never come.
                await turn.Before.WaitAsync(ctxt.CancellationTokenSource.Token);
                turn.Own.SetResult();
            }

            return await base.RunTestCollection(ctxt, testCollection, testCases);
        }
    }
}
